import type { AddressRule } from './test-address.ts'

export interface RuleChanges {
  changed: boolean
  added: number
  removed: number
  /** The rule became `any`, or was it. */
  any: 'to' | 'from' | null
}

/** What saving `to` in place of `from` changes. A label alone is a change, but adds and removes nothing. */
export function ruleChanges(from: AddressRule, to: AddressRule): RuleChanges {
  const listed = (rule: AddressRule): string[] => (rule === 'any' ? [] : rule.map(({ cidr }) => cidr))
  const before = new Set(listed(from))
  const after = new Set(listed(to))
  return {
    changed: JSON.stringify(plain(from)) !== JSON.stringify(plain(to)),
    added: [...after].filter((cidr) => !before.has(cidr)).length,
    removed: [...before].filter((cidr) => !after.has(cidr)).length,
    any: from === to ? null : to === 'any' ? 'to' : from === 'any' ? 'from' : null,
  }
}

const plain = (rule: AddressRule): unknown => (rule === 'any' ? rule : rule.map(({ cidr, label }) => [cidr, label]))
