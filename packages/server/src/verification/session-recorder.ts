import type { StoredSession } from '../store/sessions.ts'

const MOST_WAITING = 50_000

/** Keeps what was minted until it is stored with the usage: minting itself writes nothing. Bounded; past the bound a session works and is not listed. */
export class SessionRecorder {
  #waiting: StoredSession[] = []
  #dropped = 0

  record(session: StoredSession): void {
    if (this.#waiting.length < MOST_WAITING) this.#waiting.push(session)
    else this.#dropped++
  }

  /** Takes what there is; the caller stores it, or gives it back with `restore`. */
  take(): { sessions: StoredSession[]; dropped: number } {
    const batch = { sessions: this.#waiting, dropped: this.#dropped }
    this.#waiting = []
    this.#dropped = 0
    return batch
  }

  restore(batch: { sessions: StoredSession[]; dropped: number }): void {
    const room = Math.max(0, MOST_WAITING - this.#waiting.length)
    this.#waiting = [...batch.sessions.slice(0, room), ...this.#waiting]
    this.#dropped += batch.dropped + Math.max(0, batch.sessions.length - room)
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0 && this.#dropped === 0
  }
}
