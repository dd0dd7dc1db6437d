import type { AddressRule, Limit } from '../configuration/fields.ts'
import type { KeyType } from '../configuration/key-type.ts'
import type { FieldError } from '../problem-code.ts'
import { fail, ok, type Result } from '../result.ts'
import { formatDuration, formatInstant, type Instant, LATEST_INSTANT } from '../time.ts'

/** What somebody asks a key to be; the same questions at issue and at change. Undefined: not said. */
export interface KeyWish {
  name?: string | undefined
  expiresInSeconds?: number | undefined
  expiresAt?: Instant | null | undefined
  scopes?: readonly string[] | undefined
  addresses?: AddressRule | undefined
  limits?: readonly Limit[] | null | undefined
}

/** What a new key will be. */
export interface KeyPlan {
  environment: string
  name: string
  expiresAt: Instant | null
  scopes: string[]
  addresses: AddressRule
  limits: Limit[] | null
}

/** What a type says of the wishes for a new key: the plan, or every mistake at once. */
export function planIssue(
  type: KeyType,
  organization: { environments: readonly string[] },
  wish: KeyWish & { environment?: string | undefined },
  now: Instant,
): Result<KeyPlan, FieldError[]> {
  const errors: FieldError[] = []
  const environment = chooseEnvironment(type, organization.environments, wish.environment, errors)
  const name = checkName(type, wish.name ?? '', errors)
  const expiresAt = checkExpiry(type, wish, now, errors)
  const scopes = checkScopes(type, wish.scopes ?? type.scopes.default, errors)
  const addresses = checkAddresses(type, wish.addresses, errors)
  const limits = checkLimits(type, wish.limits ?? null, errors)
  return errors.length > 0 ? fail(errors) : ok({ environment, name, expiresAt, scopes, addresses, limits })
}

/** What a type says of the wishes for a key that exists: only what was wished for, or every mistake at once. */
export function planUpdate(type: KeyType, wish: KeyWish, now: Instant): Result<Partial<Omit<KeyPlan, 'environment'>>, FieldError[]> {
  const errors: FieldError[] = []
  const plan: Partial<Omit<KeyPlan, 'environment'>> = {}
  if (wish.name !== undefined) plan.name = checkName(type, wish.name, errors)
  if (wish.expiresAt !== undefined || wish.expiresInSeconds !== undefined) plan.expiresAt = checkExpiry(type, wish, now, errors)
  if (wish.scopes !== undefined) plan.scopes = checkScopes(type, wish.scopes, errors)
  if (wish.addresses !== undefined) plan.addresses = checkAddresses(type, wish.addresses, errors)
  if (wish.limits !== undefined) plan.limits = checkLimits(type, wish.limits, errors)
  return errors.length > 0 ? fail(errors) : ok(plan)
}

/** The environments of an organization that may hold keys of the type. */
export function environmentsFor(type: KeyType, environments: readonly string[]): string[] {
  return environments.filter((environment) => type.environments === null || type.environments.includes(environment))
}

function chooseEnvironment(type: KeyType, held: readonly string[], wished: string | undefined, errors: FieldError[]): string {
  const possible = environmentsFor(type, held)
  if (wished === undefined) {
    if (possible.length !== 1)
      errors.push({
        path: 'environment',
        code: 'required',
        message: possible.length === 0 ? 'The organization has no environment that may hold this type.' : `Choose one of ${possible.join(', ')}.`,
      })
    return possible[0] ?? ''
  }
  if (!possible.includes(wished))
    errors.push({
      path: 'environment',
      code: 'not_allowed',
      message: possible.length === 0 ? 'The organization has no environment that may hold this type.' : `Must be one of ${possible.join(', ')}.`,
    })
  return wished
}

function checkName(type: KeyType, name: string, errors: FieldError[]): string {
  if (type.naming.mode === 'required' && name.trim() === '') errors.push({ path: 'name', code: 'required', message: 'Give the key a name.' })
  if (type.naming.mode === 'none' && name !== '') errors.push({ path: 'name', code: 'not_allowed', message: 'Keys of this type have no name.' })
  return name
}

function checkExpiry(type: KeyType, wish: KeyWish, now: Instant, errors: FieldError[]): Instant | null {
  const { mode, max } = type.expiry
  const said = wish.expiresInSeconds !== undefined || (wish.expiresAt !== undefined && wish.expiresAt !== null)
  const path = wish.expiresInSeconds === undefined ? 'expiresAt' : 'expiresInSeconds'
  if (mode === 'none') {
    if (said) errors.push({ path, code: 'not_allowed', message: 'Keys of this type do not expire.' })
    return null
  }
  const standard = wish.expiresAt === null ? null : type.expiry.default
  const seconds = wish.expiresInSeconds ?? (said ? null : standard)
  const expiresAt = seconds === null ? (wish.expiresAt ?? null) : now + seconds * 1000
  if (expiresAt === null) {
    if (mode === 'required') errors.push({ path: 'expiresInSeconds', code: 'required', message: 'Say how long the key is to work.' })
    return null
  }
  if (expiresAt <= now) errors.push({ path, code: 'past', message: 'Must lie in the future.' })
  else if (expiresAt > LATEST_INSTANT) errors.push({ path, code: 'too_long', message: 'Must lie before the year 10000.' })
  else if (max !== null && expiresAt > now + max * 1000)
    errors.push({ path, code: 'too_long', message: `Must be at most ${formatDuration(max)} from now: ${formatInstant(now + max * 1000)}.` })
  return expiresAt
}

function checkScopes(type: KeyType, scopes: readonly string[], errors: FieldError[]): string[] {
  const offered = type.scopes.offered.map((entry) => entry.scope)
  for (const [index, scope] of scopes.entries()) {
    if (!offered.includes(scope))
      errors.push({
        path: `scopes[${index}]`,
        code: 'not_offered',
        message: offered.length === 0 ? 'This type offers no scopes.' : `The type does not offer "${scope}"; it offers ${offered.join(', ')}.`,
      })
    else if (scopes.indexOf(scope) !== index) errors.push({ path: `scopes[${index}]`, code: 'repeated', message: `"${scope}" stands twice.` })
  }
  return [...scopes]
}

function checkAddresses(type: KeyType, addresses: AddressRule | undefined, errors: FieldError[]): AddressRule {
  const { mode } = type.addresses
  if (mode === 'off') {
    if (addresses !== undefined && addresses !== 'any')
      errors.push({ path: 'addresses', code: 'not_allowed', message: 'Keys of this type are not restricted to addresses.' })
    return 'any'
  }
  if (addresses === undefined) {
    errors.push({
      path: 'addresses',
      code: 'required',
      message: mode === 'required' ? 'Name the addresses the key may be used from.' : 'Name the addresses the key may be used from, or say "any".',
    })
    return 'any'
  }
  if (addresses === 'any') {
    if (mode === 'required') errors.push({ path: 'addresses', code: 'any_not_allowed', message: 'Keys of this type must be restricted to addresses.' })
    return 'any'
  }
  for (const [index, { cidr }] of addresses.entries()) {
    if (addresses.findIndex((entry) => entry.cidr === cidr) !== index)
      errors.push({ path: `addresses[${index}]`, code: 'repeated', message: `"${cidr}" stands twice.` })
  }
  return addresses
}

function checkLimits(type: KeyType, limits: readonly Limit[] | null, errors: FieldError[]): Limit[] | null {
  if (limits === null || limits.length === 0) return null
  for (const [index, limit] of limits.entries()) {
    const rule = type.limits.find((each) => each.per === limit.per)
    const most = rule === undefined ? null : (rule.maxCalls ?? rule.calls)
    if (most === null)
      errors.push({
        path: `limits[${index}].per`,
        code: 'not_offered',
        message:
          type.limits.length === 0 ? 'This type has no limits to set.' : `Must be one of ${type.limits.map((each) => formatDuration(each.per)).join(', ')}.`,
      })
    else if (limit.calls > most) errors.push({ path: `limits[${index}].calls`, code: 'too_many', message: `Must be at most ${most}.` })
    if (limits.findIndex((each) => each.per === limit.per) !== index)
      errors.push({ path: `limits[${index}].per`, code: 'repeated', message: 'The same interval stands twice.' })
  }
  return [...limits]
}
