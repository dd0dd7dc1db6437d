import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { makeId } from '@keywright/core/id.ts'
import { AppError } from '@keywright/core/problem-code.ts'
import { TOKEN_START } from '@keywright/core/session-token/parse.ts'
import { clientAddress, peerAddress } from '@keywright/core/network/trusted-proxies.ts'
import type { AddressSet } from '@keywright/core/network/address-set.ts'

let pool = randomBytes(4000)
let used = 0

/** A request id. Randomness is drawn in blocks: a system call for each request would show. */
export function newRequestId(now: number): string {
  if (used + 10 > pool.length) {
    pool = randomBytes(4000)
    used = 0
  }
  used += 10
  return makeId('request', now, pool, used - 10)
}

/** Who is connected: the peer, or whom a trusted proxy names. Null: a trusted proxy named nobody we can read. */
export function addressOf(request: IncomingMessage, trusted: AddressSet): string | null {
  return clientAddress({ connection: request.socket.remoteAddress, forwardedFor: request.headersDistinct['x-forwarded-for'], trusted })
}

/** The peer, whoever it speaks for. */
export function connectionAddress(request: IncomingMessage): string | null {
  return peerAddress(request.socket.remoteAddress)?.text ?? null
}

/** A packed body is not unpacked here: a small one can become a very large one. Said so, and not as a body that cannot be read. */
export function refuseEncodedBody(request: IncomingMessage): void {
  const coding = request.headers['content-encoding']
  if (coding !== undefined && coding.trim().toLowerCase() !== 'identity')
    throw new AppError('unsupported_media_type', 'Send the body as it is, without Content-Encoding.')
}

const SECRET_LIKE = /(?:^|[^0-9a-zA-Z_])[a-z0-9][a-z0-9_]{0,19}_[0-9A-Za-z]{36,128}(?![0-9A-Za-z])/

/** A prefix of one character, `_` and 36 more. */
const SHORTEST_SECRET = 38

/** URLs end up in logs, histories and proxies: a secret in one is refused before anything else is looked at. */
export function refuseSecretInUrl(url: string): void {
  if (url.length < SHORTEST_SECRET) return
  // Encoded twice it reaches whoever decodes twice; one bad escape must not hide the good ones.
  const once = decodeEscapes(url)
  if ([url, once, decodeEscapes(once)].some((text) => SECRET_LIKE.test(text) || text.includes(TOKEN_START)))
    throw new AppError('secret_in_url', 'A secret stands in the URL, where logs keep it. Send it in the Authorization field, and replace it now.')
}

/** Percent-escapes of ASCII, each on its own. */
function decodeEscapes(text: string): string {
  return text.includes('%') ? text.replace(/%([0-7][0-9a-f])/gi, (_whole, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))) : text
}
