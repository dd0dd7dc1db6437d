import type { Api } from './api.ts'
import type { Carrier, KeyType } from './key-type.ts'
import { plainKeyType } from './plain-key-type.ts'

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

/** Keywright's own key types: ordinary types, defined here and nowhere else, so that its own keys obey the same rules. */
export const RESERVED_KEY_TYPES: readonly KeyType[] = [
  ownType(MANAGEMENT_KEY_TYPE, 'Management key', 'kw_mgmt'),
  ownType(VERIFIER_KEY_TYPE, 'Verifier key', 'kw_verify'),
]

/** The APIs that Keywright itself is. Forward-auth names its verifier key in a field of its own, for the client's Authorization passes through. */
export const RESERVED_APIS: readonly Api[] = [
  ownApi(MANAGEMENT_API, MANAGEMENT_KEY_TYPE, { in: 'header', name: 'Authorization', scheme: 'bearer' }),
  ownApi(VERIFIER_API, VERIFIER_KEY_TYPE, { in: 'header', name: 'Authorization', scheme: 'bearer' }),
  ownApi(FORWARD_AUTH_API, VERIFIER_KEY_TYPE, { in: 'header', name: 'Keywright-Verifier', scheme: 'raw' }),
]

function ownType(slug: string, label: string, prefix: string): KeyType {
  return { ...plainKeyType(slug, prefix), label, naming: { mode: 'required', unique: true }, addresses: { mode: 'optional', organizationList: 'none' } }
}

function ownApi(slug: string, accepted: string, carrier: Carrier): Api {
  return {
    slug,
    description: '',
    environment: null,
    accepts: [accepted],
    carriers: [carrier],
    companions: [],
    routes: null,
    forwardAuth: false,
    baseUrl: null,
    upstream: null,
  }
}
