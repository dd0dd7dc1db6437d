/** Something that is done again and again, one run at a time. */
export class Periodic implements AsyncDisposable {
  readonly #work: () => Promise<unknown>
  readonly #onFailure: (error: unknown) => void
  readonly #timer: ReturnType<typeof setInterval>
  #running: Promise<void> | null = null
  #next: Promise<void> | null = null
  #stopped = false

  /** @param onFailure a failed run is told here; the next one comes all the same. */
  constructor(everyMs: number, work: () => Promise<unknown>, onFailure: (error: unknown) => void) {
    this.#work = work
    this.#onFailure = onFailure
    this.#timer = setInterval(() => void this.run(), everyMs)
    this.#timer.unref()
  }

  get stopped(): boolean {
    return this.#stopped
  }

  /** Runs now. Settles when a run that began after the call has ended: one that runs already may have looked too early. */
  run(): Promise<void> {
    if (this.#stopped) return Promise.resolve()
    if (this.#running === null) return (this.#running = this.#once().finally(() => (this.#running = null)))
    return (this.#next ??= this.#running.then(() => {
      this.#next = null
      return this.run()
    }))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped = true
    clearInterval(this.#timer)
    await this.#running
  }

  async #once(): Promise<void> {
    try {
      await this.#work()
    } catch (error) {
      this.#onFailure(error)
    }
  }
}
