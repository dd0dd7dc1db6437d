import type { KeyType } from './key-type.ts'

/**
 * A key type that says nothing but its name and prefix: every other field as the schema's default has it (a test compares the two). Written out,
 * because whatever decides must not need the schema and its library at run time.
 */
export function plainKeyType(slug: string, prefix: string): KeyType {
  return {
    slug,
    description: '',
    prefix,
    secretLength: 38,
    offeredWith: null,
    naming: { mode: 'optional', unique: false },
    environments: null,
    cap: null,
    expiry: { mode: 'optional', presets: [], max: null, default: null },
    activation: 'immediate',
    visibility: 'once',
    autoProvision: false,
    replace: { allowed: true, overlapDefault: 0, overlapMax: 604_800 },
    deactivate: true,
    remove: true,
    possession: 'off',
    addresses: { mode: 'off', organizationList: 'none' },
    scopes: { offered: [], default: [] },
    direct: true,
    mints: null,
    carriers: null,
    companions: [],
    limits: [],
    roles: { manage: ['owner', 'administrator'], reveal: ['owner', 'administrator'], stepUp: false },
    sunset: [],
    origin: null,
    presentation: { page: null, section: null, layout: 'list', labels: {} },
  }
}
