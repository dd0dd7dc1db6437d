import type { IncomingMessage } from 'node:http'
import { AppError } from '@keywright/core/problem-code.ts'
import { isLoopback } from '../config/config.ts'

/**
 * Refuses what another page made a browser send. Browsers write `Origin` and `Sec-Fetch-Site` themselves; one of them must be there, and
 * none may name another place. `Host` is never looked at: it is whatever the client says.
 * @throws AppError `csrf_refused`.
 */
export function requireOwnOrigin(request: IncomingMessage, ownOrigin: string): void {
  const origins = request.headersDistinct['origin'] ?? []
  const sites = request.headersDistinct['sec-fetch-site'] ?? []
  const named = origins.length + sites.length > 0
  if (named && origins.every((origin) => isOwn(origin, ownOrigin)) && sites.every((site) => site === 'same-origin')) return
  throw new AppError(
    'csrf_refused',
    named
      ? `This call comes from another page than the console at ${ownOrigin}. Open the console there; if that is the address you see, whoever runs this server sets KEYWRIGHT_PUBLIC_URL to it.`
      : 'This call is for the console: a browser says where it comes from, in Origin or Sec-Fetch-Site. Programs use a management key.',
  )
}

/** On loopback a person may write any of its names. */
function isOwn(origin: string, ownOrigin: string): boolean {
  if (origin === ownOrigin) return true
  const [theirs, ours] = [URL.parse(origin), URL.parse(ownOrigin)]
  if (theirs === null || ours === null || theirs.origin !== origin) return false
  return theirs.protocol === 'http:' && ours.protocol === 'http:' && theirs.port === ours.port && isNamedLoopback(theirs.hostname) && isLoopback(ours.hostname)
}

function isNamedLoopback(host: string): boolean {
  return host === 'localhost' || host === '127.0.0.1' || host === '[::1]'
}
