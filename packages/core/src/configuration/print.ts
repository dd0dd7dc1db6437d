import { formatDuration, formatInstant } from '../time.ts'
import { api, type Api } from './api.ts'
import type { Configuration } from './check.ts'
import type { ConfigurationInput } from './configuration.ts'
import type { AddressRule } from './fields.ts'
import { keyType, type Carrier, type Companion, type KeyType } from './key-type.ts'

type Plain = Record<string, unknown>

/** A configuration in the form of its file: durations as `7d`, instants as RFC 3339, defaults left out. Parsing it gives the same configuration. */
export function printConfiguration(configuration: Configuration): ConfigurationInput {
  const printed: Plain = { version: 1 }
  if (configuration.entitlements.length > 0) printed.entitlements = [...configuration.entitlements]
  if (configuration.environments.length > 0) printed.environments = [...configuration.environments]
  if (configuration.keyTypes.length > 0) printed.keyTypes = configuration.keyTypes.map(printKeyType)
  if (configuration.apis.length > 0) printed.apis = configuration.apis.map(printApi)
  return printed as unknown as ConfigurationInput
}

export function printKeyType(type: KeyType): Plain {
  return { slug: type.slug, ...withoutDefaults(keyTypeInFull(type), DEFAULT_KEY_TYPE), prefix: type.prefix }
}

export function printApi(definition: Api): Plain {
  return { slug: definition.slug, ...withoutDefaults(apiInFull(definition), DEFAULT_API), accepts: definition.accepts }
}

/** A key type in the form of its file with every field, defaults included: what a comparison shows. */
export function keyTypeInFull(type: KeyType): Plain {
  const { organizationList } = type.addresses
  return defined({
    ...type,
    cap: type.cap && withoutDefaults(type.cap, { counts: 'notRemoved', per: 'organization' }),
    expiry: {
      ...type.expiry,
      presets: type.expiry.presets.map(formatDuration),
      max: orNull(type.expiry.max, formatDuration),
      default: orNull(type.expiry.default, formatDuration),
    },
    replace: { ...type.replace, overlapDefault: formatDuration(type.replace.overlapDefault), overlapMax: formatDuration(type.replace.overlapMax) },
    addresses: { ...type.addresses, organizationList: organizationList === 'none' ? 'none' : printAddressRule(organizationList) },
    scopes: { ...type.scopes, offered: type.scopes.offered.map((entry) => (entry.entitlement === null ? entry.scope : entry)) },
    mints: type.mints && { lifetime: formatDuration(type.mints.lifetime) },
    carriers: type.carriers && type.carriers.map(printCarrier),
    companions: type.companions.map(printCompanion),
    limits: type.limits.map((entry) => withoutDefaults({ ...entry, per: formatDuration(entry.per) }, { maxCalls: null })),
    sunset: type.sunset.map((rule) =>
      withoutDefaults(
        { ...rule, deprecatedAt: formatInstant(rule.deprecatedAt), retiredAt: formatInstant(rule.retiredAt) },
        { origin: null, successor: null, noticeDays: [90, 30, 7, 1] },
      ),
    ),
  })
}

/** An API in the form of its file with every field, defaults included. */
export function apiInFull(definition: Api): Plain {
  return defined({
    ...definition,
    carriers: definition.carriers.map(printCarrier),
    companions: definition.companions.map(printCompanion),
    routes: definition.routes && definition.routes.map((route) => withoutDefaults(route, { scopes: [] })),
  })
}

export function printAddressRule(rule: AddressRule): unknown {
  return rule === 'any' ? 'any' : rule.map((entry) => (entry.label === null ? entry.cidr : entry))
}

/** True when the two values would be printed alike. Order of fields does not matter, order of lists does. */
export function isSame(left: unknown, right: unknown): boolean {
  if (Object.is(left, right)) return true
  if (Array.isArray(left) || Array.isArray(right)) {
    return Array.isArray(left) && Array.isArray(right) && left.length === right.length && left.every((item, index) => isSame(item, right[index]))
  }
  if (!isPlain(left) || !isPlain(right)) return false
  const names = Object.keys(left)
  return names.length === Object.keys(right).length && names.every((name) => Object.hasOwn(right, name) && isSame(left[name], right[name]))
}

export function isPlain(value: unknown): value is Plain {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Leaves out what equals its default; within an object, field by field. */
function withoutDefaults(value: object, defaults: Plain): Plain {
  const left: Plain = {}
  for (const [name, item] of Object.entries(value)) {
    const usual = Object.hasOwn(defaults, name) ? defaults[name] : undefined
    if (usual !== undefined && isSame(item, usual)) continue
    left[name] = isPlain(item) && isPlain(usual) ? withoutDefaults(item, usual) : item
  }
  return left
}

export function printCarrier(carrier: Carrier): Plain {
  if (carrier.in === 'body') return { ...carrier }
  const usual = carrier.name.toLowerCase() === 'authorization' ? 'bearer' : 'raw'
  return { in: carrier.in, name: carrier.name, ...(carrier.scheme === usual ? {} : { scheme: carrier.scheme }) }
}

export function printCompanion(companion: Companion): Plain {
  return withoutDefaults(defined(companion), { fold: 'none', required: true })
}

function defined(value: object): Plain {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined))
}

function orNull<Value, Printed>(value: Value | null, print: (value: Value) => Printed): Printed | null {
  return value === null ? null : print(value)
}

const DEFAULT_KEY_TYPE = keyTypeInFull(keyType.parse({ slug: 'x', prefix: 'x' }))
const DEFAULT_API = apiInFull(api.parse({ slug: 'x', accepts: ['x'] }))
