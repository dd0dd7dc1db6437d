import type { Carrier } from '../configuration/key-type.ts'
import { isReservedSlug } from '../configuration/reserved.ts'
import { parseIpv4Fast } from '../network/address.ts'
import type { AddressSet } from '../network/address-set.ts'
import { missingScopes } from '../scope/scope.ts'
import type { Instant } from '../time.ts'
import type { CompiledApi } from './compiled-api.ts'
import { readCompanion } from './companions.ts'
import type { Denied, DenyReason } from './decision.ts'
import type { FoundKey } from './found-key.ts'
import type { VerificationRequest } from './request.ts'
import type { RouteMatch } from './routes.ts'
import type { DecisionContext } from './verify.ts'

/** Each check answers null, or why the call is refused. Their order is the decision's, see `verify`. */
type Check = Denied | null

const NONE: readonly string[] = []

function deny(key: FoundKey, reason: DenyReason, detail: string | null = null, missing: readonly string[] = NONE): Denied {
  return { valid: false, reason, detail, key, retryAfterSeconds: null, missing, successor: null }
}

/** Status, expiry, sunset, organization: whether the key is alive at all. */
export function statusDenial(key: FoundKey, now: Instant): Check {
  const { keys } = key.replica
  const status = keys.status(key.row)
  if (status !== 'active') return deny(key, status)
  if (now >= keys.expiresAt(key.row)) return deny(key, 'expired')
  const { sunset } = key.profile
  if (sunset !== null && now >= sunset.retiredAt) return { ...deny(key, 'retired'), successor: sunset.successor }
  if (key.replica.organizations.isActive(keys.organization(key.row))) return null
  return key.owner.status === 'suspended' ? deny(key, 'organization_suspended') : deny(key, 'removed', 'organization_removed')
}

/** Second identifiers must name the key's organization; those that name an environment are judged with it. */
export function companionDenial(key: FoundKey, api: CompiledApi | null, request: VerificationRequest, route: RouteMatch): Check {
  if (request.organization !== undefined && !key.owner.names.has(request.organization)) return deny(key, 'organization_mismatch')
  return companionsOf(
    key,
    api,
    request,
    route,
    'organization',
    (value, folded) => key.owner.names.has(value) || (folded && [...key.owner.names].some((name) => name.toLowerCase() === value)),
  )
}

export function environmentDenial(key: FoundKey, api: CompiledApi | null, request: VerificationRequest, route: RouteMatch): Check {
  const { environment } = key.profile
  const served = api?.definition.environment ?? null
  if (served !== null && served !== environment) return deny(key, 'wrong_environment')
  if (request.environment !== undefined && request.environment !== environment) return deny(key, 'wrong_environment')
  return companionsOf(key, api, request, route, 'environment', (value) => value === environment)
}

function companionsOf(
  key: FoundKey,
  api: CompiledApi | null,
  request: VerificationRequest,
  route: RouteMatch,
  names: 'organization' | 'environment',
  accepts: (value: string, folded: boolean) => boolean,
): Check {
  if (api === null) return null
  const reason = names === 'organization' ? 'organization_mismatch' : 'wrong_environment'
  const companions = key.profile.type.compiled?.companions.length ? [...api.companions, ...key.profile.type.compiled.companions] : api.companions
  for (const companion of companions) {
    if (companion.names !== names) continue
    if (request.request === undefined) {
      // The verifier sent the secret alone: what it says itself of organization or environment stands for the companion.
      if (companion.required && request[names] === undefined) return deny(key, reason, 'companion_missing')
      continue
    }
    // A refused route has no parameters; the scope check refuses it by its own name.
    if (companion.from === 'path' && route.kind === 'refused') continue
    const read = readCompanion(companion, request.request, route)
    if (read.kind === 'repeated') return deny(key, reason, 'companion_repeated')
    if (read.kind === 'unreadable') return deny(key, reason, 'companion_unreadable')
    if (read.kind === 'absent') {
      if (companion.required) return deny(key, reason, 'companion_missing')
    } else if (!accepts(read.value, companion.fold === 'lowercase')) return deny(key, reason)
  }
  return null
}

export function typeDenial(key: FoundKey, api: CompiledApi | null, request: VerificationRequest, carrier: Carrier | null): Check {
  const { compiled, slug } = key.profile.type
  // A type that is no longer configured is accepted nowhere; Keywright's own types only by Keywright itself.
  if (compiled === null) return deny(key, 'wrong_type', 'type_unknown')
  if (api === null ? isReservedSlug(slug) : !api.accepts.has(slug)) return deny(key, 'wrong_type')
  if (request.types !== undefined && !request.types.includes(slug)) return deny(key, 'wrong_type')
  if (key.claims === null && !compiled.definition.direct) return deny(key, 'exchange_required')
  // A token for one API is good nowhere else, and where no API is named nobody can tell.
  if (key.claims !== null && key.claims.audience !== null && key.claims.audience !== api?.definition.slug) return deny(key, 'wrong_type', 'session_audience')
  const own = compiled.definition.carriers
  if (carrier !== null && own !== null && !own.some((allowed) => sameCarrier(allowed, carrier))) return deny(key, 'wrong_carrier', 'carrier_of_type')
  return null
}

function sameCarrier(left: Carrier, right: Carrier): boolean {
  if (left.in === 'body' || right.in === 'body') return left.in === right.in && left.name === right.name
  return left.scheme === right.scheme && left.name.toLowerCase() === right.name.toLowerCase()
}

/** The organization's list for the type and the key's own list must both pass. */
export function addressDenial(key: FoundKey, address: string | null): Check {
  const own = key.replica.addressesOf(key.row)
  const organization = key.replica.organizationListOf(key.row)
  if (own === 'any' && organization === 'any') return null
  if (address === null) return deny(key, 'ip_not_allowed', 'address_missing')
  const ipv4 = parseIpv4Fast(address)
  if (!passes(own, address, ipv4)) return deny(key, 'ip_not_allowed', 'key_list')
  if (!passes(organization, address, ipv4)) return deny(key, 'ip_not_allowed', 'organization_list')
  return null
}

function passes(set: AddressSet | 'any', address: string, ipv4: number): boolean {
  return set === 'any' || (ipv4 >= 0 ? set.hasIpv4(ipv4) : set.hasText(address))
}

/** Scopes first, then what the organization's package includes: of the type as a whole, and of each scope that is needed. */
export function scopeDenial(key: FoundKey, request: VerificationRequest, route: RouteMatch): Check {
  if (route.kind === 'refused') return deny(key, 'insufficient_scope', route.detail)
  const byRoute = route.kind === 'matched' ? route.scopes : NONE
  const needed = request.requiredScopes === undefined ? byRoute : byRoute.length === 0 ? request.requiredScopes : [...byRoute, ...request.requiredScopes]
  const { compiled } = key.profile.type
  if (needed.length > 0) {
    const effective = key.scopes
    for (const scope of needed) {
      // The list of what is missing is made only when something is.
      if (!effective.includes(scope)) return deny(key, 'insufficient_scope', null, distinct(missingScopes(effective, needed)))
    }
  }
  if (compiled === null || !compiled.asksEntitlements) return null
  const missing: string[] = []
  const { offeredWith } = compiled.definition
  if (offeredWith !== null && !key.owner.entitlements.has(offeredWith)) missing.push(offeredWith)
  for (const scope of needed) {
    const entitlement = compiled.offered.get(scope) ?? null
    if (entitlement !== null && !key.owner.entitlements.has(entitlement)) missing.push(entitlement)
  }
  return missing.length > 0 ? deny(key, 'not_entitled', null, distinct(missing)) : null
}

function distinct(names: readonly string[]): string[] {
  return [...new Set(names)]
}

/** Last, because it is the only check that spends. */
export function limitDenial(key: FoundKey, context: DecisionContext, cost: number): Check {
  const limits = key.replica.limitsOf(key.row)
  if (limits.length === 0) return null
  const taken = context.limiter.take(key.id, limits, cost, context.now)
  if (taken.allowed) return null
  // Whole seconds, rounded up: at the time given, the same call must pass. A call that never can is told a long time.
  const seconds = Number.isFinite(taken.retryAfterMs) ? Math.ceil(taken.retryAfterMs / 1000) : 31_536_000
  return { ...deny(key, 'rate_limited', Number.isFinite(taken.retryAfterMs) ? null : 'cost_above_limit'), retryAfterSeconds: Math.max(1, seconds) }
}
