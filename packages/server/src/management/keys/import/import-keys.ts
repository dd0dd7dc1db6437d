import type { ImportAnswer, ImportResult } from '@keywright/core/contract/import.ts'
import type { KeyType } from '@keywright/core/configuration/key-type.ts'
import { makeId } from '@keywright/core/id.ts'
import { AppError } from '@keywright/core/problem-code.ts'
import { seal } from '../../../kernel/envelope.ts'
import type { StoredKey } from '../../../store/key-record.ts'
import { insertKeyQuery } from '../../../store/keys.ts'
import { insertVersionQuery, type StoredVersion } from '../../../store/secret-versions.ts'
import type { Caller, Services } from '../../services.ts'
import { commit, type Unit } from '../../unit.ts'
import { toRecord } from '../load-key.ts'
import { type ImportFacts, readFacts, type Source } from './import-facts.ts'
import { type ImportLine, type ImportOptions, type KeyFromLine, planLine, type ReadLine, readLine } from './plan-line.ts'

/** Lines of one transaction: others wait no longer for it than for a few commits. */
const LINES_PER_UNIT = 100

/**
 * Takes over keys that exist elsewhere; clients change nothing. Every line has its own result. What was stored stays when a later
 * batch fails: the same request again finds it present and goes on.
 */
export async function importKeys(
  services: Services,
  caller: Caller,
  organizationId: string,
  lines: readonly ImportLine[],
  options: ImportOptions,
): Promise<ImportAnswer> {
  const results: ImportResult[] = []
  const before: DryRun = { facts: null }
  for (let from = 0; from < lines.length; from += LINES_PER_UNIT) {
    const some = lines.slice(from, from + LINES_PER_UNIT)
    try {
      results.push(
        ...(options.dryRun ? await preview(services, organizationId, some, options, before) : await store(services, caller, organizationId, some, options)),
      )
    } catch (error) {
      if (error instanceof AppError)
        throw new AppError(error.code, error.message, { errors: error.errors, cause: error.cause, extra: { ...error.extra, nextLine: some[0]?.line } })
      throw error
    }
  }
  const count = (result: ImportResult['result']): number => results.filter((each) => each.result === result).length
  const answer = { dryRun: options.dryRun, imported: count('imported') + count('would_import'), present: count('present'), refused: count('refused') }
  if (!options.dryRun) {
    const { allowOverCap, allowNonCompliant } = options
    await commit(services, caller, async (unit) =>
      unit.audit({
        organizationId,
        action: 'keys.imported',
        subject: { kind: 'organization', id: organizationId },
        detail: { ...answer, allowOverCap, allowNonCompliant, withRemarks: results.filter(({ remarks }) => remarks.length > 0).length },
      }),
    )
  }
  return { ...answer, lines: results }
}

async function store(
  services: Services,
  caller: Caller,
  organizationId: string,
  lines: readonly ImportLine[],
  options: ImportOptions,
): Promise<ImportResult[]> {
  const read = lines.map(readLine)
  return commit(services, caller, async (unit) => {
    const source: Source = { build: unit.build, now: unit.now, batch: (queries) => unit.batch(queries) }
    const facts = await factsFor(source, organizationId, read)
    return read.map((line) => {
      if ('result' in line) return line
      const planned = planLine(facts, line, options, unit.now)
      if (planned.kind === 'result') return planned.result
      const id = insert(services, caller, unit, facts, line, planned)
      return { line: line.line, result: 'imported', key: id, errors: [], remarks: planned.remarks }
    })
  })
}

/** What the lines before would have changed: a dry run stores nothing that the next batch could read. */
interface DryRun {
  facts: ImportFacts | null
}

async function preview(
  services: Services,
  organizationId: string,
  lines: readonly ImportLine[],
  options: ImportOptions,
  before: DryRun,
): Promise<ImportResult[]> {
  const { database, clock } = services
  const now = clock.now()
  const read = lines.map(readLine)
  const facts = await factsFor({ build: database.build, now, batch: (queries) => database.reader.batch(queries) }, organizationId, read)
  const earlier = before.facts
  if (earlier !== null) {
    for (const name of earlier.names) facts.names.add(name)
    for (const [digest, known] of earlier.secrets) facts.secrets.set(digest, known)
    for (const [place, count] of earlier.counts) facts.counts.set(place, count)
  }
  before.facts = facts
  return read.map((line) => {
    if ('result' in line) return line
    const planned = planLine(facts, line, options, now)
    if (planned.kind === 'result') return planned.result
    facts.secrets.set(line.secret.digest.toString('hex'), { organizationId, keyId: null, line: line.line })
    return { line: line.line, result: 'would_import', key: null, errors: [], remarks: planned.remarks }
  })
}

function factsFor(source: Source, organizationId: string, read: readonly (ReadLine | ImportResult)[]): Promise<ImportFacts> {
  const wanted = read.flatMap((line) =>
    'result' in line ? [] : [{ type: line.input.type, name: line.input.name ?? '', environment: line.input.environment, digest: line.secret.digest }],
  )
  return readFacts(source, organizationId, wanted)
}

function insert(
  services: Services,
  caller: Caller,
  unit: Unit,
  facts: ImportFacts,
  { line, input, secret }: ReadLine,
  { key: planned, type, remarks }: { key: KeyFromLine; type: KeyType; remarks: ImportResult['remarks'] },
): string {
  const organizationId = facts.organization.id
  const id = makeId('key', unit.now, services.random(10))
  const common = { createdBy: caller.actor, createdAt: planned.createdAt }
  const key: StoredKey = {
    id,
    organizationId,
    ...planned,
    ...common,
    limits: null,
    metadata: input.metadata ?? {},
    tags: input.tags ?? [],
    grant: null,
    hint: secret.hint,
    newestVersion: 1,
    updatedAt: unit.now,
    revision: 1,
    epoch: 0,
  }
  const kept = type.visibility === 'retrievable' && secret.secret !== null ? Buffer.from(secret.secret, 'utf8') : null
  const ciphertext = kept === null ? null : seal(services.masterKey, kept, { organizationId, keyId: id, version: 1 }, services.random)
  const version: StoredVersion = { keyId: id, number: 1, digest: secret.digest, hint: secret.hint, endsAt: null, ciphertext, ...common }
  unit.defer(insertKeyQuery(unit.build, key))
  unit.defer(insertVersionQuery(unit.build, version))
  unit.change({ kind: 'key', key: toRecord(key, [version]) })
  const { type: slug, environment, name, hint, status, expiresAt, scopes, addresses, origin, createdAt } = key
  unit.audit({
    organizationId,
    action: 'key.imported',
    subject: { kind: 'key', id },
    detail: { type: slug, environment, name, hint, status, expiresAt, scopes, addresses, origin, createdAt, line, remarks: remarks.map(({ code }) => code) },
  })
  facts.secrets.set(secret.digest.toString('hex'), { organizationId, keyId: id, line })
  return id
}
