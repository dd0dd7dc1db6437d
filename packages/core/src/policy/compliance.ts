import type { AddressRule } from '../configuration/fields.ts'
import type { KeyType } from '../configuration/key-type.ts'
import type { Instant } from '../time.ts'

/**
 * Rules of the type that a key would break if it were issued today. A stricter rule never cuts existing keys; they are listed
 * so that somebody can act.
 */
export function nonComplianceOf(
  type: KeyType,
  key: { environment: string; name: string; expiresAt: Instant | null; createdAt: Instant; scopes: readonly string[]; addresses: AddressRule },
): { code: string; message: string }[] {
  const found: { code: string; message: string }[] = []
  if (type.environments !== null && !type.environments.includes(key.environment))
    found.push({ code: 'environment', message: `The type may no longer be held in "${key.environment}".` })
  if (type.naming.mode === 'required' && key.name.trim() === '') found.push({ code: 'name', message: 'The type now requires a name.' })
  if (type.expiry.mode === 'required' && key.expiresAt === null) found.push({ code: 'expiry', message: 'The type now requires an expiry.' })
  if (type.expiry.mode !== 'none' && type.expiry.max !== null && key.expiresAt !== null && key.expiresAt > key.createdAt + type.expiry.max * 1000)
    found.push({ code: 'expiry_max', message: 'The key works longer than the type now allows.' })
  if (type.addresses.mode === 'required' && key.addresses === 'any') found.push({ code: 'addresses', message: 'The type now requires trusted addresses.' })
  const withdrawn = key.scopes.filter((scope) => !type.scopes.offered.some((entry) => entry.scope === scope))
  if (withdrawn.length > 0) found.push({ code: 'scopes', message: `The type no longer offers ${withdrawn.join(', ')}; the key cannot use it.` })
  return found
}
