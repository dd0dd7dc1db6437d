/** What the decision needs from outside; core itself has no I/O, no clock and no Node modules. */
export interface DecisionPorts {
  /** SHA-256 of the text's UTF-8 bytes, as 32 characters of latin1 (one character a byte). */
  digest(secret: string): string
}
