import { listOf } from '../text/common.ts'
import { keysText } from '../text/keys.ts'
import { exactTime } from '../util/time.ts'

export interface Draft {
  label: string
  name: string
  environment: string
  organization: string
  /** Milliseconds; null: never. */
  endsAt: number | null
  scopes: readonly string[]
  /** Whether the type knows scopes at all. */
  hasScopes: boolean
  /** Null: the type restricts no addresses. */
  addresses: 'any' | readonly { cidr: string }[] | null
  /** The organization's list for the type; `any` where there is none. */
  organizationAddresses: 'any' | readonly { cidr: string }[]
  limits: readonly { calls: number; per: string }[]
  /** True: it waits for somebody to activate it. */
  manual: boolean
  /** Seconds a session token lives; null: the key itself is presented. */
  mintsFor: string | null
}

/** The one sentence that says what is about to be made, from what was chosen. @param timeZone for tests; default: the person's. */
export function sentenceOf(draft: Draft, timeZone?: string): string {
  const words = keysText.sentence
  const until = draft.endsAt === null ? words.forever : words.until(exactTime(draft.endsAt, timeZone))
  const details = [
    draft.mintsFor === null ? null : words.mints(draft.mintsFor),
    places(draft),
    draft.hasScopes ? (draft.scopes.length === 0 ? words.noScopes : words.scopes(listOf([...draft.scopes], 'and'))) : null,
    draft.limits.length === 0
      ? null
      : words.limits(
          listOf(
            draft.limits.map(({ calls, per }) => words.limit(calls, per)),
            'and',
          ),
        ),
  ].filter((part): part is string => part !== null)
  const whole = `${words.what(draft.label, draft.name, draft.environment, draft.organization)} ${until}${draft.manual ? words.manual : ''}`
  return details.length === 0 ? `${whole}.` : `${whole}: ${details.join('; ')}.`
}

function places({ addresses, organizationAddresses }: Draft): string | null {
  const words = keysText.sentence
  const count = organizationAddresses === 'any' ? null : organizationAddresses.length
  if (addresses === null) return count === null ? null : words.onlyOrganizationList(count)
  const few = addresses === 'any' ? [] : addresses.slice(0, 3).map(({ cidr }) => cidr)
  const own =
    addresses === 'any' ? words.anywhere : words.from(addresses.length > 3 ? `${few.join(', ')} and ${addresses.length - 3} more` : listOf(few, 'and'))
  return count === null ? own : `${own}${words.andOrganizationList(count)}`
}
