import type { OrganizationRecord } from './change.ts'

/** An organization as decisions see it. */
export interface OrganizationEntry {
  id: string
  slug: string
  status: OrganizationRecord['status']
  names: ReadonlySet<string>
  entitlements: ReadonlySet<string>
}

const ACTIVE = 1

/**
 * Organizations by number. Whether one is active stands in an array as well, for that is all most decisions ask: with many
 * organizations, each look at its entry would wait for memory.
 */
export class OrganizationTable {
  readonly #entries: OrganizationEntry[] = []
  readonly #numbers = new Map<string, number>()
  /** Id, slug and aliases -> number. */
  readonly #names = new Map<string, number>()
  #active = new Uint8Array(64)

  /** The number of the organization with this id; made when it is new. */
  numberOf(id: string): number {
    let number = this.#numbers.get(id)
    if (number === undefined) {
      number = this.#entries.length
      this.#numbers.set(id, number)
      // Until its own record comes, nothing of it is accepted.
      this.#entries.push({ id, slug: id, status: 'removed', names: new Set([id]), entitlements: new Set() })
      if (number === this.#active.length) {
        const larger = new Uint8Array(number * 2)
        larger.set(this.#active)
        this.#active = larger
      }
    }
    return number
  }

  apply(record: OrganizationRecord): void {
    const number = this.numberOf(record.id)
    const entry = this.get(number)
    for (const name of entry.names) if (this.#names.get(name) === number) this.#names.delete(name)
    entry.slug = record.slug
    entry.status = record.status
    entry.names = new Set([record.id, record.slug, ...record.aliases])
    for (const name of entry.names) this.#names.set(name, number)
    entry.entitlements = new Set(record.entitlements)
    this.#active[number] = record.status === 'active' ? ACTIVE : 0
  }

  get(number: number): OrganizationEntry {
    return this.#entries[number] as OrganizationEntry
  }

  isActive(number: number): boolean {
    return this.#active[number] === ACTIVE
  }

  get size(): number {
    return this.#entries.length
  }

  /** The whole record, as it was applied. */
  record(number: number): OrganizationRecord {
    const { id, slug, status, names, entitlements } = this.get(number)
    return { id, slug, status, aliases: [...names].filter((name) => name !== id && name !== slug), entitlements: [...entitlements] }
  }

  /** The organization with that id, slug or alias, if its record has come. */
  named(name: string): OrganizationEntry | undefined {
    const number = this.#names.get(name)
    return number === undefined ? undefined : this.#entries[number]
  }
}
