import { SECRET_PREFIX } from './format.ts'
import { REDACTED } from './secret.ts'

/** No upper bound on the body: the tail of an overlong one would otherwise stay readable, and so would another that follows without a gap. */
const LOOKS_LIKE_SECRET = /([a-z0-9][a-z0-9_]{0,19})_[0-9A-Za-z]{36}[0-9A-Za-z_]*/g

/**
 * A word that has a JSON object in base64url, a dot and what follows: of a JWS the signature must not stay, and what it says is nobody's
 * business. The whole word goes: a secret that happens to hold `eyJ` would otherwise leave its first part. Looked for from the beginning of the word only: from each `eyJ` on would take time by the square of its length.
 */
const LOOKS_LIKE_TOKEN = /(?<![A-Za-z0-9_-])(?:(?!eyJ)[A-Za-z0-9_-])*eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_.-]+/g

/** From this length on, what follows a known prefix is taken for a piece of a secret. */
const SHORTEST_PIECE = 8

/**
 * Replaces whatever looks like a secret by `prefix_[redacted]`; for log lines and error texts.
 * @param prefixes known prefixes, if any: after one of these a secret is recognized even when it was cut or is too short.
 */
export function redactSecrets(text: string, prefixes: readonly string[] = []): string {
  const redacted = text.replace(LOOKS_LIKE_TOKEN, REDACTED).replace(LOOKS_LIKE_SECRET, `$1_${REDACTED}`)
  const names = prefixes.filter((prefix) => SECRET_PREFIX.test(prefix))
  if (names.length === 0) return redacted
  return redacted.replace(new RegExp(`(?<![0-9A-Za-z])(${names.join('|')})_[0-9A-Za-z]{${SHORTEST_PIECE},}`, 'g'), `$1_${REDACTED}`)
}
