import type { Replica } from '@keywright/core/replica/replica.ts'
import type { Allowed } from '@keywright/core/verification/decision.ts'
import { FoundKey } from '@keywright/core/verification/found-key.ts'
import { digestText } from '../verification/verifier.ts'

const MOST = 256

interface Remembered {
  decision: Allowed
  replica: Replica
  change: number
}

/**
 * Who asks for decisions shows the same verifier key with every call. That it was let in holds until the next change of anything:
 * an entry is of one replica at one place in the change log, so no revocation, however it came, is outlived by it. Refusals are
 * never remembered, nor what depends on more than key and time: a key with address rules is decided on each time.
 */
export class RememberedVerifiers {
  readonly #byField = new Map<string, Remembered>()

  /** The decision on this field's text, when nothing has changed since; null: decide. */
  find(field: string, replica: Replica, now: number): Allowed | null {
    const known = this.#byField.get(placeOf(field))
    if (known === undefined || known.replica !== replica || known.change !== replica.cursor.number) return null
    const { expiresAt } = known.decision.key
    return expiresAt === null || now < expiresAt ? known.decision : null
  }

  keep(field: string, decision: Allowed, replica: Replica): void {
    const { key } = decision
    if (
      !(key instanceof FoundKey) ||
      replica.addressesOf(key.row) !== 'any' ||
      replica.organizationListOf(key.row) !== 'any' ||
      replica.limitsOf(key.row).length > 0
    )
      return
    if (this.#byField.size >= MOST) this.#byField.clear()
    this.#byField.set(placeOf(field), { decision, replica, change: replica.cursor.number })
  }
}

/** By its digest: neither a dump of memory nor the time a comparison takes tells of the key. */
function placeOf(field: string): string {
  return digestText(field)
}
