import type { Configuration } from './check.ts'
import { apiEffects } from './effects-api.ts'
import { keyTypeEffects } from './effects-key-type.ts'
import { apiInFull, isPlain, isSame, keyTypeInFull } from './print.ts'

/** One field as the file writes it: `cap.max`, from 5 to 10. A field that is absent is null. */
export interface FieldChange {
  path: string
  from: unknown
  to: unknown
}

export interface ConfigurationChange {
  section: 'entitlements' | 'environments' | 'keyTypes' | 'apis'
  slug: string
  kind: 'created' | 'changed'
  /** What differs; empty for what is created. */
  fields: FieldChange[]
  /** What the change does to keys, calls and people, a sentence each. Counts of keys are the server's to add. */
  effect: string[]
}

export interface ConfigurationDiff {
  changes: ConfigurationChange[]
}

/** What storing `merged` in place of `stored` changes, in the order of the sections. Nothing is ever deleted. */
export function diffConfiguration(stored: Configuration, merged: Configuration): ConfigurationDiff {
  const changes: ConfigurationChange[] = []
  const created = (section: ConfigurationChange['section'], slug: string, effect: string): void => {
    changes.push({ section, slug, kind: 'created', fields: [], effect: [effect] })
  }
  for (const name of merged.entitlements) {
    if (!stored.entitlements.includes(name)) created('entitlements', name, 'No organization has it until it is given to one.')
  }
  for (const name of merged.environments) {
    if (!stored.environments.includes(name)) created('environments', name, 'No organization has it until it is given to one.')
  }
  for (const type of merged.keyTypes) {
    const before = stored.keyTypes.find((candidate) => candidate.slug === type.slug)
    if (!before) {
      created(
        'keyTypes',
        type.slug,
        type.autoProvision
          ? 'A key is made now for each environment the type allows, and with each new one.'
          : 'No key has this type yet; it is offered from now on.',
      )
      continue
    }
    const fields = compare(keyTypeInFull(before), keyTypeInFull(type))
    if (fields.length > 0) changes.push({ section: 'keyTypes', slug: type.slug, kind: 'changed', fields, effect: keyTypeEffects(before, type, fields) })
  }
  for (const definition of merged.apis) {
    const before = stored.apis.find((candidate) => candidate.slug === definition.slug)
    if (!before) {
      created('apis', definition.slug, `Keys of ${definition.accepts.map((slug) => `"${slug}"`).join(', ')} are accepted for it from the next call.`)
      continue
    }
    const fields = compare(apiInFull(before), apiInFull(definition))
    if (fields.length > 0) changes.push({ section: 'apis', slug: definition.slug, kind: 'changed', fields, effect: apiEffects(before, definition, fields) })
  }
  return { changes }
}

/** Objects field by field; lists and everything else as a whole. */
function compare(from: Record<string, unknown>, to: Record<string, unknown>, base = ''): FieldChange[] {
  const changes: FieldChange[] = []
  for (const name of new Set([...Object.keys(from), ...Object.keys(to)])) {
    const left = Object.hasOwn(from, name) ? from[name] : null
    const right = Object.hasOwn(to, name) ? to[name] : null
    if (isSame(left, right)) continue
    if (isPlain(left) && isPlain(right)) changes.push(...compare(left, right, `${base}${name}.`))
    else changes.push({ path: base + name, from: left, to: right })
  }
  return changes
}
