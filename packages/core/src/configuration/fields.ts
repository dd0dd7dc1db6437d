import { z } from 'zod'
import { formatDuration, formatInstant, parseDuration, parseInstant } from '../time.ts'
import { parseCidr } from '../network/cidr.ts'
import { isScopeToken } from '../scope/scope.ts'

/** Slugs of key types, APIs, organizations and environments: 1-63 of a-z 0-9 `-`, beginning and ending with a letter or digit. */
export const SLUG = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/
/** Prefixes of secrets: 1-20 of a-z 0-9 `_`, neither beginning nor ending with `_`. */
export const PREFIX = /^[a-z0-9](?:[a-z0-9_]{0,18}[a-z0-9])?$/
/** A header field name (RFC 9110 section 5.1). */
export const HEADER_NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,100}$/

export const slug = z.string().regex(SLUG, 'Must be 1 to 63 of a-z, 0-9 and "-", beginning and ending with a letter or digit.')

/** Half of a surrogate pair cannot be stored: what is read back would be another text than what was answered. */
export const isWhole = (value: string): boolean => value.isWellFormed()
export const WHOLE = 'Must be whole characters: half of a surrogate pair stands alone.'

export const text = (max: number) =>
  z
    .string()
    .max(max, `Must be at most ${max} characters.`)
    // Control characters end up in logs, mails and CSV, and those that turn the direction of writing make a name look like another; none of our texts needs one.
    .refine((value) => !/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/.test(value), 'Must not contain control characters.')
    .refine(isWhole, WHOLE)

/** `7d`, `60s` or a whole number -> seconds. */
export const duration = z.union([z.string(), z.number()], 'Must be a duration such as "60s", "1h" or "7d".').transform((value, context) => {
  const seconds = parseDuration(value)
  if (seconds === null) {
    context.addIssue({ code: 'custom', message: 'Must be a whole number of s, m, h or d, such as "60s", "1h" or "7d"; months and years are not exact.' })
    return z.NEVER
  }
  return seconds
})

export const positiveDuration = duration.refine((seconds) => seconds > 0, 'Must be longer than zero.')

/** RFC 3339 -> integer milliseconds. YAML readers that make a Date of it are served too. */
export const instant = z.union([z.string(), z.date()], 'Must be an instant such as "2026-01-31T00:00:00Z".').transform((value, context) => {
  const parsed = value instanceof Date ? value.getTime() : parseInstant(value)
  if (parsed === null || Number.isNaN(parsed)) {
    context.addIssue({ code: 'custom', message: 'Must be an RFC 3339 instant with an offset, such as "2026-01-31T00:00:00Z".' })
    return z.NEVER
  }
  return parsed
})

export const scopeToken = z
  .string()
  .refine(isScopeToken, 'Must be a scope token: 1 to 200 visible ASCII characters without space, quote and backslash (RFC 6749 section 3.3).')

/** One address or network, in its canonical form after parsing; host bits set are refused with the corrected form. */
export const cidr = z.string().transform((value, context) => {
  const parsed = parseCidr(value)
  if (!parsed.ok) {
    context.addIssue({ code: 'custom', message: parsed.error })
    return z.NEVER
  }
  return parsed.value.text
})

export const addressEntry = z.union([
  cidr.transform((value) => ({ cidr: value, label: null as string | null })),
  z.strictObject({ cidr, label: text(100).nullable().default(null) }),
])
/** An address rule: a non-empty set, or the explicit state `any`. */
export const addressRule = z.union(
  [z.literal('any'), z.array(addressEntry).min(1, 'Name at least one address, or say "any".').max(1000, 'At most 1000 addresses.')],
  'Must be "any" or a list of addresses.',
)
export type AddressEntry = z.output<typeof addressEntry>
export type AddressRule = z.output<typeof addressRule>

export const limit = z.strictObject({
  /** Calls allowed in any interval of `per`. */
  calls: z.int().min(1).max(1_000_000_000),
  /** Seconds. */
  per: positiveDuration.refine((seconds) => seconds <= 31 * 86_400, 'Must be at most 31d.'),
})
export type Limit = z.output<typeof limit>

/** Writes seconds and instants back in the form of a configuration file. */
export const printed = { duration: formatDuration, instant: formatInstant }

/** No value twice; names the second. */
export function unique<Item>(items: readonly Item[], keyOf: (item: Item) => string): { index: number; value: string } | null {
  const seen = new Set<string>()
  for (const [index, item] of items.entries()) {
    const value = keyOf(item)
    if (seen.has(value)) return { index, value }
    seen.add(value)
  }
  return null
}
