import type { IncomingMessage } from 'node:http'
import type { AddressSet } from '@keywright/core/network/address-set.ts'
import { peerAddress } from '@keywright/core/network/trusted-proxies.ts'
import { addressOf } from '../request-facts.ts'

/**
 * The end client's address behind a proxy. The connection is the proxy's, never the client's: unless the proxy is trusted and
 * says whom it saw, no address is known, and a restricted key is refused.
 */
export function forwardedAddress(request: IncomingMessage, trusted: AddressSet): string | null {
  const connection = peerAddress(request.socket.remoteAddress)
  if (connection === null || !trusted.has(connection)) return null
  if ((request.headersDistinct['x-forwarded-for']?.join(',') ?? '').trim() === '') return null
  return addressOf(request, trusted)
}
