import type { KeyType } from '@keywright/core/configuration/key-type.ts'
import type { FieldError } from '@keywright/core/problem-code.ts'
import { planIssue } from '@keywright/core/policy/issue-policy.ts'
import { parseInstant } from '@keywright/core/time.ts'
import type { AddressRule } from '../../addresses/test-address.ts'
import type { Input } from '../../api/contract.ts'
import { keysText } from '../../text/keys.ts'
import { type ExpiryChoice, expiryFields, initialExpiry } from '../key-expiry.ts'
import type { OfferedType } from '../offered-type.ts'

/** What somebody has typed and chosen for one type; kept for every type he looked at. */
export interface Draft {
  name: string
  /** '': not chosen yet. */
  environment: string
  expiry: ExpiryChoice
  scopes: readonly string[]
  addresses: AddressRule
  /** As typed. */
  tags: string
}

export const STEPS = ['type', 'details', 'addresses', 'review'] as const
export type Step = (typeof STEPS)[number]

export function initialDraft({ type, environments }: OfferedType): Draft {
  return {
    name: '',
    environment: environments.length === 1 ? (environments[0] as string) : '',
    expiry: initialExpiry(type),
    scopes: type.scopes.default,
    addresses: [],
    tags: '',
  }
}

/** The steps that have something to ask: which type where there are several, then only what the type leaves open. */
export function stepsFor(offered: OfferedType | undefined, types: readonly OfferedType[]): Step[] {
  const steps: Step[] = types.length > 1 ? ['type'] : []
  if (offered === undefined) return [...steps, 'details', 'review']
  const { type, environments } = offered
  const details = type.naming.mode !== 'none' || environments.length > 1 || type.expiry.mode !== 'none' || type.scopes.offered.length > 0
  return [...steps, ...(details ? (['details'] as const) : []), ...(type.addresses.mode === 'off' ? [] : (['addresses'] as const)), 'review']
}

export function tagsOf(typed: string): string[] {
  return [...new Set(typed.split(/[\s,]+/).filter((tag) => tag !== ''))]
}

/** The fields of the request. */
export function wishOf(type: KeyType, draft: Draft): Omit<Input<'keys.issue'>, 'org'> {
  const tags = tagsOf(draft.tags)
  return {
    type: type.slug,
    ...(type.naming.mode === 'none' || draft.name.trim() === '' ? {} : { name: draft.name.trim() }),
    ...(draft.environment === '' ? {} : { environment: draft.environment }),
    ...expiryFields(type, draft.expiry),
    ...(type.scopes.offered.length === 0 ? {} : { scopes: [...draft.scopes] }),
    ...(type.addresses.mode === 'off' ? {} : { addresses: draft.addresses === 'any' ? 'any' : [...draft.addresses] }),
    ...(tags.length === 0 ? {} : { tags }),
  }
}

const TAG = /^[A-Za-z0-9][A-Za-z0-9_.:-]{0,49}$/

/** Everything the type has against the draft, all at once, by core's own rules; each with the field it belongs to. */
export function mistakesOf(offered: OfferedType, draft: Draft, now: number): FieldError[] {
  const { type, environments } = offered
  const { expiresAt, ...wish } = wishOf(type, draft)
  const empty = draft.addresses !== 'any' && draft.addresses.length === 0
  const planned = planIssue(
    type,
    { environments },
    {
      ...(wish as object),
      ...(expiresAt === undefined ? {} : { expiresAt: expiresAt === null ? null : parseInstant(expiresAt as string) }),
      addresses: type.addresses.mode === 'off' || empty ? undefined : draft.addresses === 'any' ? 'any' : [...draft.addresses],
    },
    now,
  )
  const errors = planned.ok ? [] : planned.error.map(inWords)
  // A day that is none says nothing, and would become the default of the type.
  if (draft.expiry.kind === 'date' && !('expiresAt' in wishOf(type, draft)) && !errors.some(({ path }) => path === 'expiresAt'))
    errors.push({ path: 'expiresAt', code: 'required', message: keysText.generate.chooseDay })
  if (draft.name.length > 100) errors.push({ path: 'name', code: 'too_long', message: keysText.generate.nameTooLong })
  const wrong = tagsOf(draft.tags).find((tag) => !TAG.test(tag))
  if (wrong !== undefined) errors.push({ path: 'tags', code: 'invalid', message: keysText.generate.tagWrong(wrong) })
  return errors
}

/** Core speaks to programs of fields; here a person has choices in front of him. */
function inWords(error: FieldError): FieldError {
  if (error.path === 'expiresInSeconds' || error.path === 'expiresAt')
    return { ...error, path: 'expiresAt', message: error.code === 'required' ? keysText.generate.chooseExpiry : error.message }
  if (error.path === 'addresses' && error.code === 'required') return { ...error, message: keysText.generate.chooseAddresses }
  return error
}

const STEP_OF: Readonly<Record<string, Step>> = {
  name: 'details',
  environment: 'details',
  expiresAt: 'details',
  expiresInSeconds: 'details',
  scopes: 'details',
  tags: 'details',
  addresses: 'addresses',
  type: 'type',
}

/** The step at which a mistake can be mended; null: at none. */
export function stepOf(path: string): Step | null {
  return STEP_OF[path.split(/[.[]/)[0] as string] ?? null
}

/** Mistakes of one step, those of the server under the names the fields have here. */
export function mistakesAt(step: Step, errors: readonly FieldError[]): FieldError[] {
  return errors.filter(({ path }) => stepOf(path) === step).map((error) => (error.path === 'expiresInSeconds' ? { ...error, path: 'expiresAt' } : error))
}
