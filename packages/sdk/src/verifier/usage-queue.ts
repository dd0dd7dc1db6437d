import type { UsageMessage } from '@keywright/core/contract/replica-stream.ts'
import { type UsageBatch, UsageRecorder } from '@keywright/core/usage/usage-recorder.ts'
import type { Decision } from '@keywright/core/verification/decision.ts'

/** Rows in one message; the server takes no more. */
const ROWS = 400
/** More than is stored: what looks like a secret is cut out before, and half a secret would not look like one. */
const MOST_OF_CLIENT = 400

/**
 * Adds up verifications until the server has them. One message is on the way at a time, and is sent again under its number until the server says
 * that it is stored; so nothing is counted twice. While there is no connection everything is added up in bounded memory.
 */
export class UsageQueue {
  readonly #recorder = new UsageRecorder()
  /** On the way, or will be. */
  #message: UsageMessage | null = null
  #lastBatch = 0
  /** On this connection. */
  #isSent = false
  #dropped = 0

  /** Verifications that were added up without key and address, for lack of room, and those that the server could not read. */
  get dropped(): number {
    return this.#recorder.remainder + this.#dropped
  }

  get isEmpty(): boolean {
    return this.#recorder.isEmpty && this.#message === null
  }

  record(decision: Decision, address: string | null, client: string | null, now: number): void {
    this.#recorder.record(decision, { address, client: client === null ? null : client.slice(0, MOST_OF_CLIENT) }, now)
  }

  /** Sends what there is. @param send false where there is no connection. */
  flush(send: (message: object) => boolean): void {
    if (this.#message === null && !this.#recorder.isEmpty) this.#message = this.#messageOf(this.#recorder.take(ROWS))
    if (this.#message !== null && !this.#isSent) this.#isSent = send(this.#message)
  }

  /** @returns whether that was the message on the way. */
  taken(batch: number): boolean {
    if (this.#message?.batch !== batch) return false
    this.#message = null
    this.#isSent = false
    return true
  }

  /** The connection is gone: whether the server has stored what was on the way is not known, so it is sent again. */
  disconnected(): void {
    this.#isSent = false
  }

  /** The server does not understand what it was sent. A message that is on the way would be misunderstood again and again, and is dropped. */
  misunderstood(): void {
    if (!this.#isSent) return
    for (const { calls } of this.#message?.counts ?? []) this.#dropped += calls
    this.#message = null
    this.#isSent = false
  }

  #messageOf({ lastSeen, counts, refusals, moreRefusals }: UsageBatch): UsageMessage {
    return {
      type: 'usage',
      batch: ++this.#lastBatch,
      lastSeen,
      counts: counts as UsageMessage['counts'],
      refusals: refusals.map(({ keyId, reason, detail, address }) => ({ keyId, reason, detail, address })) as UsageMessage['refusals'],
      moreRefusals,
    }
  }
}
