/** The last accepted call of a secret version, and how many there were. */
export interface LastSeen {
  version: number
  at: number
  address: string | null
  /** What the client called itself, e.g. its User-Agent. */
  client: string | null
  calls: number
}

/** Verifications of one kind within a minute. */
export interface UsageCount {
  /** Whole minutes since 1970. */
  minute: number
  /** '' where the secret named no key. */
  keyId: string
  version: number
  /** `allowed` or a deny reason. */
  decision: string
  /** '' for allowed ones and in the remainder rows. */
  address: string
  calls: number
}
