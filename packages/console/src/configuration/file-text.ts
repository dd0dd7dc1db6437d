import { stringify } from 'yaml'

/** JSON of the API -> YAML as the command line writes it. */
export function fileText(configuration: unknown): string {
  return stringify(configuration, { aliasDuplicateObjects: false, lineWidth: 0 })
}

/** The file of one key type or API alone; null when the configuration has none of that slug. */
export function partText(configuration: Readonly<Record<string, unknown>>, section: 'keyTypes' | 'apis', slug: string): string | null {
  const items = configuration[section]
  const part = Array.isArray(items) ? (items as { slug?: unknown }[]).find((item) => item.slug === slug) : undefined
  return part === undefined ? null : fileText({ version: 1, [section]: [part] })
}
