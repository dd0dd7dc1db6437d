import { formatDuration } from '../time.ts'
import { roleAllows, type Action } from '../permissions.ts'
import type { Configuration, Report } from './check.ts'
import { checkCarriers, checkCompanions } from './check-carriers.ts'
import { unique } from './fields.ts'
import type { KeyType } from './key-type.ts'

/** Checks one key type against itself and against what it refers to. Slug and prefix are checked among all types, elsewhere. */
export function checkKeyType(type: KeyType, merged: Configuration, report: Report): void {
  checkReferences(type, merged, report)
  checkScopes(type, merged, report)
  checkIssuing(type, report)
  checkAutoProvision(type, report)
  checkCommands(type, report)
  checkUse(type, report)
  checkRoles(type, report)
  checkSunset(type, merged, report)
}

function checkReferences(type: KeyType, merged: Configuration, report: Report): void {
  if (type.offeredWith !== null && !merged.entitlements.includes(type.offeredWith)) {
    report('offeredWith', 'unknown_entitlement', `There is no entitlement "${type.offeredWith}"; list it under entitlements.`)
  }
  for (const [index, name] of (type.environments ?? []).entries()) {
    if (!merged.environments.includes(name))
      report(`environments[${index}]`, 'unknown_environment', `There is no environment "${name}"; list it under environments.`)
  }
  const twice = unique(type.environments ?? [], (name) => name)
  if (twice) report(`environments[${twice.index}]`, 'duplicate_environment', `The environment "${twice.value}" stands twice.`)
}

function checkScopes(type: KeyType, merged: Configuration, report: Report): void {
  const offered = new Set<string>()
  for (const [index, entry] of type.scopes.offered.entries()) {
    if (offered.has(entry.scope)) report(`scopes.offered[${index}]`, 'duplicate_scope', `The scope "${entry.scope}" is offered twice.`)
    offered.add(entry.scope)
    if (entry.entitlement !== null && !merged.entitlements.includes(entry.entitlement)) {
      report(`scopes.offered[${index}].entitlement`, 'unknown_entitlement', `There is no entitlement "${entry.entitlement}"; list it under entitlements.`)
    }
  }
  const given = new Set<string>()
  for (const [index, scope] of type.scopes.default.entries()) {
    if (given.has(scope)) report(`scopes.default[${index}]`, 'duplicate_scope', `The scope "${scope}" stands twice.`)
    given.add(scope)
    if (!offered.has(scope))
      report(`scopes.default[${index}]`, 'scope_not_offered', `The scope "${scope}" is given by default but not listed under scopes.offered.`)
  }
}

function checkIssuing(type: KeyType, report: Report): void {
  const { naming, expiry, addresses } = type
  if (naming.mode === 'none' && naming.unique) report('naming.unique', 'unique_without_name', 'Names cannot be unique when naming.mode is "none".')

  if (expiry.mode === 'none') {
    const sentence = 'With expiry.mode "none" no key of this type ends by itself, so this would never be looked at.'
    if (expiry.presets.length > 0) report('expiry.presets', 'expiry_not_offered', sentence)
    if (expiry.max !== null) report('expiry.max', 'expiry_not_offered', sentence)
    if (expiry.default !== null) report('expiry.default', 'expiry_not_offered', sentence)
  }
  if (expiry.max !== null) {
    const max = expiry.max
    const beyond = (path: string, seconds: number) =>
      report(path, 'expiry_beyond_max', `${formatDuration(seconds)} is longer than expiry.max, ${formatDuration(max)}.`)
    for (const [index, seconds] of expiry.presets.entries()) if (seconds > max) beyond(`expiry.presets[${index}]`, seconds)
    if (expiry.default !== null && expiry.default > max) beyond('expiry.default', expiry.default)
  }
  const preset = unique(expiry.presets, String)
  if (preset) report(`expiry.presets[${preset.index}]`, 'duplicate_preset', `The preset ${formatDuration(Number(preset.value))} stands twice.`)

  if (addresses.mode === 'off' && addresses.organizationList !== 'none') {
    report('addresses.organizationList', 'addresses_off', 'A list is given but addresses.mode is "off", so it would never be looked at.')
  }
  if (typeof addresses.organizationList !== 'string') {
    const twice = unique(addresses.organizationList, (entry) => entry.cidr)
    if (twice) report(`addresses.organizationList[${twice.index}]`, 'duplicate_address', `The address "${twice.value}" stands twice.`)
  }
  if (type.presentation.layout === 'single' && type.cap?.max !== 1) {
    report('presentation.layout', 'single_needs_cap_1', 'The layout "single" shows one key, so it needs cap.max 1; others would be out of sight.')
  }
}

/** A key that nobody asked for has nobody to answer questions and nobody who sees its secret the moment it is made. */
function checkAutoProvision(type: KeyType, report: Report): void {
  if (!type.autoProvision) return
  if (type.visibility !== 'retrievable')
    report('visibility', 'auto_provision_needs_retrievable', 'With autoProvision nobody is present when the key is made, so visibility must be "retrievable".')
  if (type.cap?.max !== 1) report('cap', 'auto_provision_needs_cap_1', 'With autoProvision there is exactly one key, so cap.max must be 1.')
  else if (type.cap.per === 'organization' && type.environments?.length !== 1) {
    report(
      'cap.per',
      'auto_provision_needs_cap_per_environment',
      'With autoProvision each environment gets a key, so cap.per must be "environment" unless the type has a single environment.',
    )
  }
  if (type.naming.mode === 'required')
    report('naming.mode', 'auto_provision_has_no_name', 'With autoProvision nobody gives a name, so naming.mode cannot be "required".')
  if (type.expiry.mode === 'required')
    report('expiry.mode', 'auto_provision_has_no_expiry', 'With autoProvision nobody gives an expiry, so expiry.mode cannot be "required".')
  if (type.expiry.mode !== 'none' && type.expiry.default !== null)
    report('expiry.default', 'auto_provision_has_no_expiry', 'With autoProvision the key would end by itself with nobody told; leave expiry.default out.')
  if (type.addresses.mode === 'required')
    report('addresses.mode', 'auto_provision_has_no_addresses', 'With autoProvision nobody names addresses, so addresses.mode cannot be "required".')
}

function checkCommands(type: KeyType, report: Report): void {
  const { replace } = type
  if (!replace.allowed && replace.overlapDefault > 0)
    report('replace.overlapDefault', 'replace_not_allowed', 'An overlap is given but replace.allowed is false.')
  else if (replace.overlapDefault > replace.overlapMax) {
    report(
      'replace.overlapDefault',
      'overlap_beyond_max',
      `${formatDuration(replace.overlapDefault)} is longer than replace.overlapMax, ${formatDuration(replace.overlapMax)}.`,
    )
  }
  if (!replace.allowed && !type.deactivate && !type.remove) {
    report('replace.allowed', 'cannot_be_stopped', 'A leaked key of this type could not be stopped: allow at least one of replace, deactivate and remove.')
  }
  if (type.possession === 'revoke' && !type.remove) report('possession', 'possession_not_allowed', 'possession "revoke" removes a key, but remove is false.')
  if (type.possession === 'deactivate' && !type.deactivate)
    report('possession', 'possession_not_allowed', 'possession "deactivate" deactivates a key, but deactivate is false.')
}

function checkUse(type: KeyType, report: Report): void {
  if (!type.direct && type.mints === null)
    report('direct', 'direct_needs_mints', 'With direct false a key only mints session tokens, so mints must be given; as it is, the key could do nothing.')
  if (type.carriers) checkCarriers(type.carriers, report)
  checkCompanions(type.companions, type.carriers ?? [], report)
  const twice = unique(type.limits, (entry) => String(entry.per))
  if (twice) report(`limits[${twice.index}].per`, 'duplicate_limit', `There is another limit per ${formatDuration(Number(twice.value))}.`)
  for (const [index, entry] of type.limits.entries()) {
    if (entry.maxCalls !== null && entry.maxCalls < entry.calls)
      report(`limits[${index}].maxCalls`, 'max_below_calls', `maxCalls is ${entry.maxCalls}, below the default of ${entry.calls} calls.`)
  }
}

function checkRoles(type: KeyType, report: Report): void {
  const lists: [field: 'manage' | 'reveal', action: Action][] = [
    ['manage', 'keys:manage'],
    ['reveal', 'keys:reveal'],
  ]
  for (const [field, action] of lists) {
    const roles = type.roles[field]
    const twice = unique(roles, (role) => role)
    if (twice) report(`roles.${field}[${twice.index}]`, 'duplicate_role', `The role "${twice.value}" stands twice.`)
    for (const [index, role] of roles.entries()) {
      if (!roleAllows(role, action))
        report(`roles.${field}[${index}]`, 'role_never_allowed', `The role "${role}" may not ${field} keys of any type; a key type can only narrow the roles.`)
    }
  }
}

function checkSunset(type: KeyType, merged: Configuration, report: Report): void {
  const twice = unique(type.sunset, (rule) => rule.origin ?? '')
  if (twice)
    report(
      `sunset[${twice.index}].origin`,
      'duplicate_origin',
      twice.value === '' ? 'There is another rule for all origins.' : `There is another rule for the origin "${twice.value}".`,
    )
  for (const [index, rule] of type.sunset.entries()) {
    const days = unique(rule.noticeDays, String)
    if (days) report(`sunset[${index}].noticeDays[${days.index}]`, 'duplicate_notice', `Day ${days.value} stands twice.`)
    if (rule.successor === null) continue
    const path = `sunset[${index}].successor`
    const successor = merged.keyTypes.find((candidate) => candidate.slug === rule.successor)
    const whole = successor?.sunset.find((other) => other.origin === null)
    if (!successor) report(path, 'unknown_successor', `There is no key type "${rule.successor}".`)
    else if (successor.slug === type.slug && rule.origin === null)
      report(path, 'successor_is_itself', 'The whole type is retired, so it cannot be its own successor.')
    else if (whole && whole.retiredAt <= rule.retiredAt)
      report(path, 'successor_retired', `The successor "${rule.successor}" is itself retired no later than this rule takes effect.`)
  }
}
