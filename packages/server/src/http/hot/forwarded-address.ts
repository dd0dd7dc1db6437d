import type { IncomingMessage } from 'node:http'
import type { AddressSet } from '@keywright/core/network/address-set.ts'
import { parseAddress } from '@keywright/core/network/address.ts'
import { addressOf } from '../request-facts.ts'

/**
 * The end client's address behind a proxy. The connection is the proxy's, never the client's: unless the proxy is trusted and
 * says whom it saw, no address is known, and a restricted key is refused.
 */
export function forwardedAddress(request: IncomingMessage, trusted: AddressSet): string | null {
  const connection = parseAddress(request.socket.remoteAddress ?? '')
  if (!connection.ok || !trusted.has(connection.value)) return null
  if ((request.headersDistinct['x-forwarded-for']?.join(',') ?? '').trim() === '') return null
  return addressOf(request, trusted)
}
