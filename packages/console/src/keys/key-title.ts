import type { Key } from './key.ts'

/** What a key is called where it has no name: by its hint, which tells it apart. */
export function keyTitle(key: Pick<Key, 'name' | 'hint'>): string {
  return key.name === '' ? key.hint : key.name
}
