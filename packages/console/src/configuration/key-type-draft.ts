import { isOn, type Json, linesIn, listIn, numberOr, objectIn, partsIn, textIn, textOrNull, wordsIn } from './draft-text.ts'

/** What the form of a key type holds: as typed, so that nothing is lost. Everything else of the type stays as it is stored. */
export interface KeyTypeDraft {
  slug: string
  label: string
  description: string
  prefix: string
  offeredWith: string
  /** Null: every environment. */
  environments: readonly string[] | null
  naming: string
  unique: boolean
  capMax: string
  capCounts: string
  capPer: string
  manage: readonly string[]
  reveal: readonly string[]
  stepUp: boolean
  expiry: string
  presets: string
  max: string
  defaultExpiry: string
  activation: string
  visibility: string
  replace: boolean
  overlapDefault: string
  overlapMax: string
  deactivate: boolean
  remove: boolean
  addresses: string
  offered: string
  defaults: string
  limits: string
  page: string
  section: string
  layout: string
}

const ADMINISTRATORS = ['owner', 'administrator']

export function draftOfType(type: Json): KeyTypeDraft {
  const [naming, cap, expiry, replace, addresses, scopes, roles, presentation] = [
    'naming',
    'cap',
    'expiry',
    'replace',
    'addresses',
    'scopes',
    'roles',
    'presentation',
  ].map((name) => objectIn(type, name)) as [Json, Json, Json, Json, Json, Json, Json, Json]
  return {
    slug: textIn(type, 'slug'),
    label: textIn(type, 'label'),
    description: textIn(type, 'description'),
    prefix: textIn(type, 'prefix'),
    offeredWith: textIn(type, 'offeredWith'),
    environments: Array.isArray(type['environments']) ? type['environments'].map(String) : null,
    naming: textIn(naming, 'mode') || 'optional',
    unique: isOn(naming, 'unique', false),
    capMax: textIn(cap, 'max'),
    capCounts: textIn(cap, 'counts') || 'notRemoved',
    capPer: textIn(cap, 'per') || 'organization',
    manage: Array.isArray(roles['manage']) ? roles['manage'].map(String) : ADMINISTRATORS,
    reveal: Array.isArray(roles['reveal']) ? roles['reveal'].map(String) : ADMINISTRATORS,
    stepUp: isOn(roles, 'stepUp', false),
    expiry: textIn(expiry, 'mode') || 'optional',
    presets: listIn(expiry, 'presets').join(', '),
    max: textIn(expiry, 'max'),
    defaultExpiry: textIn(expiry, 'default'),
    activation: textIn(type, 'activation') || 'immediate',
    visibility: textIn(type, 'visibility') || 'once',
    replace: isOn(replace, 'allowed', true),
    overlapDefault: textIn(replace, 'overlapDefault') || '0s',
    overlapMax: textIn(replace, 'overlapMax') || '7d',
    deactivate: isOn(type, 'deactivate', true),
    remove: isOn(type, 'remove', true),
    addresses: textIn(addresses, 'mode') || 'off',
    offered: listIn(scopes, 'offered').map(printScope).join('\n'),
    defaults: listIn(scopes, 'default').join('\n'),
    limits: listIn(type, 'limits').map(printLimit).join('\n'),
    page: textIn(presentation, 'page'),
    section: textIn(presentation, 'section'),
    layout: textIn(presentation, 'layout') || 'list',
  }
}

/** The type with what the form holds, in the form of a file. @param base as it is stored; `{}` for a new one. */
export function typeWith(base: Json, draft: KeyTypeDraft): Record<string, unknown> {
  const { label, section, page } = draft
  const { label: _label, ...rest } = base
  return {
    ...rest,
    slug: draft.slug.trim(),
    ...(label.trim() === '' ? {} : { label: label.trim() }),
    description: draft.description.trim(),
    prefix: draft.prefix.trim(),
    offeredWith: textOrNull(draft.offeredWith),
    environments: draft.environments === null ? null : [...draft.environments],
    naming: { ...objectIn(base, 'naming'), mode: draft.naming, unique: draft.unique },
    cap: draft.capMax.trim() === '' ? null : { max: numberOr(draft.capMax), counts: draft.capCounts, per: draft.capPer },
    roles: { ...objectIn(base, 'roles'), manage: [...draft.manage], reveal: [...draft.reveal], stepUp: draft.stepUp },
    expiry: { mode: draft.expiry, presets: partsIn(draft.presets), max: textOrNull(draft.max), default: textOrNull(draft.defaultExpiry) },
    activation: draft.activation,
    visibility: draft.visibility,
    replace: { allowed: draft.replace, overlapDefault: draft.overlapDefault.trim(), overlapMax: draft.overlapMax.trim() },
    deactivate: draft.deactivate,
    remove: draft.remove,
    addresses: { ...objectIn(base, 'addresses'), mode: draft.addresses },
    scopes: { offered: linesIn(draft.offered).map(readScope), default: wordsIn(draft.defaults) },
    limits: linesIn(draft.limits).map(readLimit),
    presentation: { ...objectIn(base, 'presentation'), page: textOrNull(page), section: textOrNull(section), layout: draft.layout },
  }
}

function printScope(offered: unknown): string {
  if (typeof offered !== 'object' || offered === null) return String(offered)
  const { scope, entitlement } = offered as { scope?: unknown; entitlement?: unknown }
  return typeof entitlement === 'string' ? `${String(scope)} ${entitlement}` : String(scope)
}

function readScope(line: string): unknown {
  const [scope = '', entitlement, ...more] = line.split(/\s+/)
  if (entitlement === undefined) return scope
  return { scope, entitlement: [entitlement, ...more].join(' ') }
}

function printLimit(limit: unknown): string {
  const { calls, per, maxCalls } = limit as { calls?: unknown; per?: unknown; maxCalls?: unknown }
  return `${String(calls)} per ${String(per)}${typeof maxCalls === 'number' ? ` up to ${maxCalls}` : ''}`
}

/** What is no limit becomes one that the server refuses, naming the line. */
function readLimit(line: string): unknown {
  const match = /^(\S+)\s+per\s+(\S+)(?:\s+up to\s+(\S+))?$/i.exec(line)
  if (match === null) return { calls: line, per: '' }
  const [, calls, per, most] = match as unknown as [string, string, string, string | undefined]
  return { calls: numberOr(calls), per, ...(most === undefined ? {} : { maxCalls: numberOr(most) }) }
}
