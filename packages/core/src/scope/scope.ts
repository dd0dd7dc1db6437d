/** RFC 6749 section 3.3: scope-token = 1*( %x21 / %x23-5B / %x5D-7E ). We bound it to 200 characters. */
const SCOPE_TOKEN = /^[\x21\x23-\x5b\x5d-\x7e]{1,200}$/

export function isScopeToken(text: string): boolean {
  return SCOPE_TOKEN.test(text)
}

/**
 * Which of the needed scopes are not held. An empty set of held scopes means nothing, never everything; tokens are compared
 * whole (no wildcard, no prefix).
 */
export function missingScopes(held: readonly string[], needed: readonly string[]): string[] {
  return needed.filter((scope) => !held.includes(scope))
}
