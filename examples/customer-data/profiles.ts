export interface Profile {
  identifiers: Record<string, string>
  attributes: Record<string, unknown>
  anonymized: boolean
}

export interface Person {
  identifiers?: Record<string, unknown>
  attributes?: Record<string, unknown>
}

/** One customer's people, in memory: a sample forgets. */
export class Profiles {
  readonly #profiles: Profile[] = []

  /** The profile that has any of these identifiers. */
  find(identifiers: Record<string, unknown>): Profile | undefined {
    return this.#profiles.find((profile) => Object.entries(identifiers).some(([name, value]) => profile.identifiers[name] === value))
  }

  /** @returns what was wrong with this one, or null. */
  upsert({ identifiers, attributes = {} }: Person): string | null {
    if (!isRecord(identifiers) || Object.keys(identifiers).length === 0) return 'identifiers are missing'
    if (Object.values(identifiers).some((value) => typeof value !== 'string' || value === '')) return 'identifiers must be text'
    if (!isRecord(attributes)) return 'attributes must be an object'
    const known = this.find(identifiers)
    if (known) {
      Object.assign(known.identifiers, identifiers)
      Object.assign(known.attributes, attributes)
    } else this.#profiles.push({ identifiers: { ...(identifiers as Record<string, string>) }, attributes: { ...attributes }, anonymized: false })
    return null
  }

  all(): Profile[] {
    return this.#profiles
  }

  remove(profile: Profile): void {
    this.#profiles.splice(this.#profiles.indexOf(profile), 1)
  }

  anonymize(profile: Profile): void {
    profile.identifiers = {}
    profile.attributes = {}
    profile.anonymized = true
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
