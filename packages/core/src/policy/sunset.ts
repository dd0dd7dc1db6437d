import type { KeyType, SunsetRule } from '../configuration/key-type.ts'
import { sunsetFor } from '../replica/compiled-type.ts'
import type { Instant } from '../time.ts'

export const DAY_MS = 86_400_000
/** Days before its expiry at which a key's organization is told. */
export const EXPIRY_NOTICE_DAYS: readonly number[] = [30, 7, 1]
/** From here on, answers to calls with an expiring key say so. */
export const EXPIRY_ANNOUNCED_MS = Math.max(...EXPIRY_NOTICE_DAYS) * DAY_MS

/** When calls begin to be told of a retirement: the first notice day, or the deprecation where that is earlier. */
export function announcedFrom(rule: SunsetRule): Instant {
  return Math.min(rule.deprecatedAt, rule.retiredAt - Math.max(0, ...rule.noticeDays) * DAY_MS)
}

/**
 * Which notice is due: the nearest to the end of those whose day has come. So whoever comes late (a rule with a near date, a server
 * that was off) sends one and not all of them.
 * @returns days before the end; null when none is due yet, or the end has come.
 */
export function dueNotice(days: readonly number[], endsAt: Instant, now: Instant): number | null {
  if (now >= endsAt) return null
  const due = days.filter((day) => now >= endsAt - day * DAY_MS)
  return due.length === 0 ? null : Math.min(...due)
}

/** Whose keys a rule retires, by origin. */
export type SunsetReach = { only: string } | { except: string[] }

/** Null: no key, since another rule retires those of its origin no later. */
export function reachOf(type: Pick<KeyType, 'sunset'>, rule: SunsetRule): SunsetReach | null {
  if (rule.origin !== null) return sunsetFor(type, rule.origin) === rule ? { only: rule.origin } : null
  return { except: type.sunset.flatMap(({ origin }) => (origin !== null && sunsetFor(type, origin) !== rule ? [origin] : [])) }
}

/** The type as it would be with this rule in place of the one for the same origin. */
export function withRule(type: KeyType, rule: SunsetRule): KeyType {
  return { ...type, sunset: [...type.sunset.filter((each) => each.origin !== rule.origin), rule] }
}
