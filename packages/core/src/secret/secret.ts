export const REDACTED = '[redacted]'

/**
 * A full secret on its way to the one answer that shows it. It prints, serializes and inspects as `[redacted]`, so that a log
 * line, a template or a forgotten `JSON.stringify` cannot show it; `reveal()` is what a reviewer searches for.
 */
export class Secret {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  /** The string that a client presents. */
  reveal(): string {
    return this.#text
  }

  toString(): string {
    return REDACTED
  }

  toJSON(): string {
    return REDACTED
  }

  /** What console.log and util.inspect of Node show. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return REDACTED
  }
}
