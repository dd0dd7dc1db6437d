export type TimelineEvent = { at: number; kind: 'notice'; days: number } | { at: number; kind: 'deprecated' | 'retired' | 'now' }

interface Rule {
  deprecatedAt: number
  retiredAt: number
  notices: readonly { days: number; at: number }[]
}

/** What a sunset does, in the order of time, with now among it. */
export function timelineOf({ deprecatedAt, retiredAt, notices }: Rule, now: number): TimelineEvent[] {
  const events: TimelineEvent[] = [
    ...notices.map(({ days, at }) => ({ at, kind: 'notice' as const, days })),
    { at: deprecatedAt, kind: 'deprecated' },
    { at: retiredAt, kind: 'retired' },
    { at: now, kind: 'now' },
  ]
  return events.toSorted((one, other) => one.at - other.at)
}

/** The stored rules of a type with this one in place of the one for the same origin. */
export function rulesWith(rules: readonly Record<string, unknown>[], rule: Record<string, unknown>): Record<string, unknown>[] {
  return [...rules.filter((each) => (each['origin'] ?? null) !== (rule['origin'] ?? null)), rule]
}

/** `90, 30, 7` -> numbers; what is none stays text, which the server refuses by name. */
export function daysIn(text: string): (number | string)[] {
  return text
    .split(/[\s,;]+/)
    .filter((part) => part !== '')
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part))
}
