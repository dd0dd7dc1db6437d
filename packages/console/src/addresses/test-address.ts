import { compileAddressSet } from '@keywright/core/network/address-set.ts'
import { parseAddress } from '@keywright/core/network/address.ts'
import type { AddressEntry } from './paste.ts'

export type AddressRule = 'any' | readonly AddressEntry[]

export type AddressVerdict =
  | { kind: 'unreadable'; message: string }
  | { kind: 'allowed'; address: string; by: AddressEntry | 'any' }
  | { kind: 'refused'; address: string }

/** Would this address pass the list as it stands on the page, saved or not. The decision's own arithmetic, so it cannot differ from it. */
export function testAddress(rule: AddressRule, written: string): AddressVerdict {
  const parsed = parseAddress(written.trim())
  if (!parsed.ok) return { kind: 'unreadable', message: parsed.error }
  const address = parsed.value.text
  if (rule === 'any') return { kind: 'allowed', address, by: 'any' }
  const by = rule.find(({ cidr }) => compileAddressSet([cidr]).has(parsed.value))
  return by === undefined ? { kind: 'refused', address } : { kind: 'allowed', address, by }
}
