/** ASCII text -> base64url without padding (RFC 4648 section 5). */
export function encodeBase64url(text: string): string {
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

/**
 * Base64url without padding -> ASCII text.
 * @returns null for anything but the one canonical form of ASCII: two texts must never mean the same token.
 */
export function decodeBase64url(text: string): string | null {
  if (!/^[A-Za-z0-9_-]+$/.test(text) || text.length % 4 === 1) return null
  const decoded = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
  // What JSON escapes is not written raw by us: beyond visible ASCII nothing stands in a token.
  return /^[\x20-\x7e]+$/.test(decoded) && encodeBase64url(decoded) === text ? decoded : null
}
