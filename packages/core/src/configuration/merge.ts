import type { Configuration } from './check.ts'
import type { ConfigurationFile } from './configuration.ts'

/**
 * What applying the file leads to: it creates and changes what it names and deletes nothing. A key type or API that is named
 * is replaced as a whole: what the file leaves out of it goes back to its default. A slug the file names twice stays twice,
 * so that the check can say so.
 */
export function mergeConfiguration(stored: Configuration, file: Pick<ConfigurationFile, 'entitlements' | 'environments' | 'keyTypes' | 'apis'>): Configuration {
  return {
    entitlements: unite(stored.entitlements, file.entitlements),
    environments: unite(stored.environments, file.environments),
    keyTypes: replaceNamed(stored.keyTypes, file.keyTypes),
    apis: replaceNamed(stored.apis, file.apis),
  }
}

function unite(stored: readonly string[], named: readonly string[]): string[] {
  return [...stored, ...named.filter((name) => !stored.includes(name))]
}

function replaceNamed<Item extends { slug: string }>(stored: readonly Item[], named: readonly Item[]): Item[] {
  const left = [...named]
  const merged = stored.map((item) => {
    const position = left.findIndex((candidate) => candidate.slug === item.slug)
    return position < 0 ? item : (left.splice(position, 1)[0] as Item)
  })
  return [...merged, ...left]
}
