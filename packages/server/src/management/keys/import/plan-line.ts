import { type ImportedKey, importedKey, type ImportResult } from '@keywright/core/contract/import.ts'
import type { KeyType } from '@keywright/core/configuration/key-type.ts'
import { planIssue } from '@keywright/core/policy/issue-policy.ts'
import { AppError, type FieldError } from '@keywright/core/problem-code.ts'
import { formatInstant } from '@keywright/core/time.ts'
import { secretsIn } from '../../../kernel/secrets-in.ts'
import type { StoredKey } from '../../../store/key-record.ts'
import { describeIssues, sentenceFor } from '../../configuration/describe-issues.ts'
import { retiresAt } from '../../policy.ts'
import { requireRoom } from '../check-cap.ts'
import { requireOffered } from '../issue-key.ts'
import { capPlace, type ImportFacts, nameOf } from './import-facts.ts'
import { type SecretOfLine, secretOfLine } from './secret-of-line.ts'

/** A line as it came. `problem`: it could not be read. */
export interface ImportLine {
  line: number
  value: unknown
  problem?: string
}

export interface ImportOptions {
  dryRun: boolean
  allowOverCap: boolean
  allowNonCompliant: boolean
}

/** A line that says what it must. */
export interface ReadLine {
  line: number
  input: ImportedKey
  secret: SecretOfLine
}

export type KeyFromLine = Pick<StoredKey, 'type' | 'environment' | 'name' | 'scopes' | 'addresses' | 'expiresAt' | 'origin' | 'status' | 'createdAt'>

type Remark = ImportResult['remarks'][number]
type Planned = { kind: 'import'; key: KeyFromLine; type: KeyType; remarks: Remark[] } | { kind: 'result'; result: ImportResult }

export function refused(line: number, errors: FieldError[]): ImportResult {
  return { line, result: 'refused', key: null, errors, remarks: [] }
}

/** The form of a line; what it asks is judged later, against what is there. */
export function readLine({ line, value, problem }: ImportLine): ReadLine | ImportResult {
  if (problem !== undefined) return refused(line, [{ path: '', code: 'malformed', message: problem }])
  const parsed = importedKey.safeParse(value, { error: sentenceFor })
  if (!parsed.success) return refused(line, describeIssues(parsed.error.issues, value))
  const { secret: _itsField, ...beside } = parsed.data
  const misplaced = secretsIn(beside)
  if (misplaced.length > 0) return refused(line, misplaced)
  const secret = secretOfLine(parsed.data)
  return 'digest' in secret ? { line, input: parsed.data, secret } : refused(line, [secret])
}

/** What becomes of a line. Takes it into the facts, so that the next line sees it. */
export function planLine(facts: ImportFacts, { line, input, secret }: ReadLine, options: ImportOptions, now: number): Planned {
  const known = facts.secrets.get(secret.digest.toString('hex'))
  if (known !== undefined && known.organizationId !== facts.organization.id)
    return ends(refused(line, [{ path: 'digest', code: 'secret_elsewhere', message: 'This secret belongs to a key of another organization.' }]))
  if (known !== undefined) {
    const remarks = known.line === null ? [] : [{ code: 'repeated', message: `The same secret stands in line ${known.line}.` }]
    return ends({ line, result: 'present', key: known.keyId, errors: [], remarks })
  }
  const type = facts.types.get(input.type)
  if (!type) return ends(refused(line, [{ path: 'type', code: 'unknown', message: 'There is no such key type.' }]))
  const { errors, broken, key } = judge(facts, type, input, now)
  const overCap = counts(type, key, now) ? capMessage(facts, type, key.environment) : null
  const remarks: Remark[] = [...broken.map(({ code, message }) => ({ code, message })), ...knowing(type, key, secret, now)]
  if (overCap !== null) remarks.push({ code: 'cap_reached', message: overCap })
  if (!options.allowNonCompliant) errors.push(...broken)
  if (overCap !== null && !options.allowOverCap) errors.push({ path: 'type', code: 'cap_reached', message: overCap })
  if (errors.length > 0) return ends(refused(line, errors))
  take(facts, type, key, now)
  return { kind: 'import', key, type, remarks }
}

function ends(result: ImportResult): Planned {
  return { kind: 'result', result }
}

/** `errors` cannot be waived; what is `broken` is a rule of the type that an older key may not keep. */
function judge(facts: ImportFacts, type: KeyType, input: ImportedKey, now: number): { errors: FieldError[]; broken: FieldError[]; key: KeyFromLine } {
  const { organization } = facts
  const environments = JSON.parse(organization.environments) as string[]
  // No word of an expiry means none: a default of the type would cut off clients that work today.
  const expiresAt = input.expiresAt ?? null
  const planned = planIssue(type, { environments }, { ...input, expiresAt }, now)
  // A key that has expired already is taken over as expired: whoever presents it is told so.
  const all = planned.ok ? [] : planned.error.filter(({ path, code }) => !(path === 'expiresAt' && code === 'past'))
  const cannot = ({ path, code }: FieldError): boolean => path === 'environment' || code === 'repeated'
  const broken = all.filter((error) => !cannot(error))
  const errors = all.filter(cannot)
  const name = input.name ?? ''
  if (type.naming.unique && name !== '' && facts.names.has(nameOf(type.slug, name)))
    broken.push({ path: 'name', code: 'name_taken', message: 'A key of this type has that name already.' })
  try {
    requireOffered(type, organization)
  } catch (error) {
    broken.push({ path: 'type', code: 'not_offered', message: (error as AppError).message })
  }
  const createdAt = input.createdAt ?? now
  if (createdAt > now) errors.push({ path: 'createdAt', code: 'future', message: 'Must not lie in the future.' })
  const possible = environments.filter((environment) => type.environments === null || type.environments.includes(environment))
  return {
    errors,
    broken,
    key: {
      type: type.slug,
      environment: input.environment ?? possible[0] ?? '',
      name,
      scopes: input.scopes ?? type.scopes.default,
      addresses: input.addresses ?? 'any',
      expiresAt,
      origin: input.origin ?? type.origin,
      status: input.status,
      createdAt,
    },
  }
}

/** What breaks no rule and still should be known. */
function knowing(type: KeyType, key: KeyFromLine, secret: SecretOfLine, now: number): Remark[] {
  const remarks: Remark[] = []
  const retiredAt = retiresAt(type, key)
  if (key.expiresAt !== null && key.expiresAt <= now) remarks.push({ code: 'expired', message: `It expired at ${formatInstant(key.expiresAt)}.` })
  if (retiredAt !== null && retiredAt <= now) remarks.push({ code: 'retired', message: `Keys of this kind were retired at ${formatInstant(retiredAt)}.` })
  if (secret.short) remarks.push({ code: 'short_secret', message: 'The secret is so short that it may be guessed. Replace it.' })
  if (type.visibility === 'retrievable' && secret.secret === null)
    remarks.push({ code: 'not_revealable', message: 'The type shows secrets again, but of this one only the digest is known.' })
  return remarks
}

function counts(type: KeyType, key: KeyFromLine, now: number): boolean {
  if (type.cap === null) return false
  if (type.cap.counts === 'notRemoved') return true
  const retiredAt = retiresAt(type, key)
  return key.status === 'active' && (key.expiresAt === null || key.expiresAt > now) && (retiredAt === null || retiredAt > now)
}

function capMessage(facts: ImportFacts, type: KeyType, environment: string): string | null {
  try {
    requireRoom(type, facts.counts.get(capPlace(type, environment)) ?? 0)
    return null
  } catch (error) {
    if (error instanceof AppError) return error.message
    throw error
  }
}

function take(facts: ImportFacts, type: KeyType, key: KeyFromLine, now: number): void {
  if (key.name !== '') facts.names.add(nameOf(type.slug, key.name))
  const place = capPlace(type, key.environment)
  if (counts(type, key, now)) facts.counts.set(place, (facts.counts.get(place) ?? 0) + 1)
}
