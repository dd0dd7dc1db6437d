import { keyType, type KeyType } from './key-type.ts'
import { api, type Api } from './api.ts'

/** Prefixes that are Keywright's own: no configured type may take `kw` or `kw_...`. */
export function isReservedPrefix(prefix: string): boolean {
  return prefix === 'kw' || prefix.startsWith('kw_')
}

/** Slugs that are Keywright's own. */
export function isReservedSlug(slug: string): boolean {
  return slug === 'kw' || slug.startsWith('kw-')
}

export const MANAGEMENT_KEY_TYPE = 'kw-management'
export const VERIFIER_KEY_TYPE = 'kw-verifier'
export const MANAGEMENT_API = 'kw-management'
export const VERIFIER_API = 'kw-verifier'
export const FORWARD_AUTH_API = 'kw-forward-auth'
/** The environment Keywright's own keys live in. */
export const OWN_ENVIRONMENT = 'keywright'

const shared = { naming: { mode: 'required' as const, unique: true }, addresses: { mode: 'optional' as const } }

/** Keywright's own key types: ordinary types, defined here and nowhere else, so that its own keys obey the same rules. */
export const RESERVED_KEY_TYPES: readonly KeyType[] = [
  keyType.parse({ slug: MANAGEMENT_KEY_TYPE, label: 'Management key', prefix: 'kw_mgmt', ...shared }),
  keyType.parse({ slug: VERIFIER_KEY_TYPE, label: 'Verifier key', prefix: 'kw_verify', ...shared }),
]

/** The APIs that Keywright itself is. Forward-auth names its verifier key in a field of its own, for the client's Authorization passes through. */
export const RESERVED_APIS: readonly Api[] = [
  api.parse({ slug: MANAGEMENT_API, accepts: [MANAGEMENT_KEY_TYPE], forwardAuth: false }),
  api.parse({ slug: VERIFIER_API, accepts: [VERIFIER_KEY_TYPE], forwardAuth: false }),
  api.parse({
    slug: FORWARD_AUTH_API,
    accepts: [VERIFIER_KEY_TYPE],
    forwardAuth: false,
    carriers: [{ in: 'header', name: 'Keywright-Verifier', scheme: 'raw' }],
  }),
]
