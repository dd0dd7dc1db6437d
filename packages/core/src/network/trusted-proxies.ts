import { type Address, parseAddress, parseIpv4Fast } from './address.ts'
import type { AddressSet } from './address-set.ts'

export interface ForwardedRequest {
  /** The address of the connection itself. */
  connection: string | undefined
  /** Value or values of X-Forwarded-For, in the order of the field lines. */
  forwardedFor: readonly string[] | string | undefined
  /** The proxies whose word is taken. */
  trusted: AddressSet
}

/**
 * Who the client is: the connection, unless that is a trusted proxy. Then X-Forwarded-For is read from the right, where each
 * proxy appends whom it saw, through trusted hops only; the first address that is not trusted is the client. Whatever stands
 * further left was written by the client and proves nothing. When all are trusted, the leftmost is the client.
 * @returns the canonical text of the address (IPv4-mapped folds to IPv4), or null when an entry that has to be read is none.
 */
export function clientAddress(request: ForwardedRequest): string | null {
  const connection = peerAddress(request.connection)
  if (connection === null) return null
  let client = connection
  const { forwardedFor, trusted } = request
  const entries = forwardedFor === undefined ? '' : typeof forwardedFor === 'string' ? forwardedFor : forwardedFor.join(',')
  if (entries.trim() === '') return client.text

  for (let end = entries.length; end >= 0 && trusted.has(client);) {
    const comma = entries.lastIndexOf(',', end - 1)
    const hop = parseHop(entries.slice(comma + 1, end).trim())
    if (hop === null) return null
    client = hop
    end = comma
  }
  return client.text
}

let lastPeer: { text: string; address: Address | null } = { text: '', address: null }

/** The address of a connection. Most requests come over the connections of a few proxies, so the last one is remembered. */
export function peerAddress(text: string | undefined): Address | null {
  if (text !== lastPeer.text) {
    const parsed = parseAddress(text ?? '')
    lastPeer = { text: text ?? '', address: parsed.ok ? parsed.value : null }
  }
  return lastPeer.address
}

/** `ip`, `ip:port`, `[v6]` or `[v6]:port`: some proxies write the port (Azure Application Gateway). */
function parseHop(entry: string): Address | null {
  const ipv4 = parseIpv4Fast(entry)
  // There is one way to write it.
  if (ipv4 >= 0) return { family: 4, words: [ipv4], text: entry }
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|(\d+\.\d+\.\d+\.\d+))(?::\d{1,5})?$/.exec(entry)
  const parsed = parseAddress(match?.[1] ?? match?.[2] ?? entry)
  if (!parsed.ok) return null
  // Brackets are for IPv6 only (RFC 3986 section 3.2.2); `[::ffff:1.2.3.4]` may fold, `[1.2.3.4]` is malformed.
  return match?.[1] !== undefined && !match[1].includes(':') ? null : parsed.value
}
