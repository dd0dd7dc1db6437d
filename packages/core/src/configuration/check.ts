import type { FieldError } from '../problem-code.ts'
import type { Api } from './api.ts'
import { checkApi } from './check-api.ts'
import { checkKeyType } from './check-key-type.ts'
import type { ConfigurationFile } from './configuration.ts'
import { unique } from './fields.ts'
import type { KeyType } from './key-type.ts'
import { isReservedPrefix, isReservedSlug, OWN_ENVIRONMENT } from './reserved.ts'

/** What an installation is configured to do, without Keywright's own key types and APIs. */
export interface Configuration {
  entitlements: string[]
  environments: string[]
  keyTypes: KeyType[]
  apis: Api[]
}

/** Names one mistake. The path is relative to what is being checked. */
export type Report = (path: string, code: string, message: string) => void

/**
 * Checks a configuration against itself. A file may be partial, so this runs on what storing it would lead to.
 * @returns all mistakes at once; empty when there is none. Paths name things by slug: `keyTypes[ucd].scopes.default[1]`.
 */
export function checkConfiguration(merged: Configuration): FieldError[] {
  const errors: FieldError[] = []
  const at =
    (base: string): Report =>
    (path, code, message) =>
      errors.push({ path: path === '' || base === '' ? base + path : `${base}.${path}`, code, message })

  checkNames('entitlements', merged.entitlements, at(''))
  checkNames('environments', merged.environments, at(''))
  for (const [index, name] of merged.environments.entries()) {
    if (name === OWN_ENVIRONMENT) at('')(`environments[${index}]`, 'reserved_slug', `The environment "${name}" is Keywright's own.`)
  }

  checkSlugs('keyTypes', 'key type', merged.keyTypes, at)
  const owners = new Map<string, string>()
  for (const type of merged.keyTypes) {
    const report = at(`keyTypes[${type.slug}]`)
    const owner = owners.get(type.prefix)
    if (isReservedPrefix(type.prefix)) report('prefix', 'reserved_prefix', 'The prefixes "kw" and "kw_..." are Keywright\'s own.')
    if (owner === undefined) owners.set(type.prefix, type.slug)
    else report('prefix', 'duplicate_prefix', `The prefix "${type.prefix}" belongs to the key type "${owner}"; each type needs one of its own.`)
    checkKeyType(type, merged, report)
  }

  checkSlugs('apis', 'API', merged.apis, at)
  for (const definition of merged.apis) checkApi(definition, merged, at(`apis[${definition.slug}]`))
  return errors
}

/** Checks the `addressLists` of a file. Whether the organizations exist is known to the server only. */
export function checkAddressLists(lists: ConfigurationFile['addressLists'], merged: Configuration): FieldError[] {
  const errors: FieldError[] = []
  const seen = new Set<string>()
  for (const [index, list] of lists.entries()) {
    const path = `addressLists[${index}]`
    const type = merged.keyTypes.find((candidate) => candidate.slug === list.keyType)
    if (!type) errors.push({ path: `${path}.keyType`, code: 'unknown_key_type', message: `There is no key type "${list.keyType}".` })
    else if (type.addresses.mode === 'off')
      errors.push({
        path: `${path}.keyType`,
        code: 'addresses_off',
        message: `The key type "${list.keyType}" has addresses.mode "off", so a list for it would never be looked at.`,
      })
    const name = `${list.organization}\n${list.keyType}`
    if (seen.has(name))
      errors.push({ path, code: 'duplicate_address_list', message: `The organization "${list.organization}" has a list for "${list.keyType}" further up.` })
    seen.add(name)
    const twice = list.addresses === 'any' ? null : unique(list.addresses, (entry) => entry.cidr)
    if (twice) errors.push({ path: `${path}.addresses[${twice.index}]`, code: 'duplicate_address', message: `The address "${twice.value}" stands twice.` })
  }
  return errors
}

function checkNames(section: string, names: readonly string[], report: Report): void {
  const seen = new Set<string>()
  for (const [index, name] of names.entries()) {
    const path = `${section}[${index}]`
    if (seen.has(name)) report(path, 'duplicate_slug', `"${name}" stands twice.`)
    if (isReservedSlug(name)) report(path, 'reserved_slug', 'The slugs "kw" and "kw-..." are Keywright\'s own.')
    seen.add(name)
  }
}

function checkSlugs(section: string, noun: string, items: readonly { slug: string }[], at: (base: string) => Report): void {
  const seen = new Set<string>()
  for (const item of items) {
    const report = at(`${section}[${item.slug}]`)
    if (seen.has(item.slug)) report('slug', 'duplicate_slug', `There is another ${noun} with the slug "${item.slug}".`)
    if (isReservedSlug(item.slug)) report('slug', 'reserved_slug', 'The slugs "kw" and "kw-..." are Keywright\'s own.')
    seen.add(item.slug)
  }
}
