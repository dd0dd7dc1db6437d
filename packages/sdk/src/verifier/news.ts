/** Longer than any timer of Node can wait. */
const LONGEST_WAIT_MS = 2_147_483_647

/** Whoever waits for something to change hears of it, and looks. */
export class News {
  readonly #waiting = new Set<() => void>()

  tell(): void {
    for (const waiting of this.#waiting) waiting()
  }

  /** Settles with the next news, or after `timeoutMs`. */
  next(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer)
        this.#waiting.delete(done)
        resolve()
      }
      const timer = setTimeout(done, Math.min(timeoutMs, LONGEST_WAIT_MS))
      this.#waiting.add(done)
    })
  }
}
