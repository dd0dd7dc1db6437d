import type { AddressRule } from '@keywright/core/configuration/fields.ts'
import { parseAddress } from '@keywright/core/network/address.ts'
import { compileAddressSet } from '@keywright/core/network/address-set.ts'
import { AppError } from '@keywright/core/problem-code.ts'
import { getAddressList } from '../../store/address-lists.ts'
import type { ReadTransaction } from '../../store/database.ts'
import type { Build } from '../../store/precompile.ts'
import { readKey } from './read-keys.ts'

export interface CheckedAddress {
  /** In canonical form. */
  address: string
  allowed: boolean
  rules: { list: 'key' | 'organization'; allowed: boolean; matched: string | null }[]
}

/** Would a call from this address pass both lists, and by which rule. @throws AppError `invalid_request`, `not_found`. */
export async function checkAddress(reader: ReadTransaction, build: Build, organizationId: string, keyId: string, text: string): Promise<CheckedAddress> {
  const { key } = await readKey(reader, build, organizationId, keyId)
  const parsed = parseAddress(text)
  if (!parsed.ok) throw new AppError('invalid_request', parsed.error, { errors: [{ path: 'address', code: 'invalid', message: parsed.error }] })
  const list = await getAddressList(reader, build, organizationId, key.type)
  const rules = [
    { list: 'key' as const, ...judge(key.addresses, parsed.value.text) },
    { list: 'organization' as const, ...judge(list?.addresses ?? 'any', parsed.value.text) },
  ]
  return { address: parsed.value.text, allowed: rules.every((rule) => rule.allowed), rules }
}

function judge(rule: AddressRule, address: string): { allowed: boolean; matched: string | null } {
  if (rule === 'any') return { allowed: true, matched: 'any' }
  const matched = rule.find((entry) => compileAddressSet([entry.cidr]).hasText(address))
  return { allowed: matched !== undefined, matched: matched?.cidr ?? null }
}
