import type { IncomingMessage } from 'node:http'
import type { AddressSet } from '@keywright/core/network/address-set.ts'
import { parseAddress, parseIpv4Fast } from '@keywright/core/network/address.ts'
import { clientAddress } from '@keywright/core/network/trusted-proxies.ts'
import { foldHeaders } from '@keywright/core/verification/carriers.ts'
import type { HeaderFields, VerificationRequest } from '@keywright/core/verification/request.ts'
import { KeywrightError } from '../client/keywright-error.ts'

/** A request of a client, as the API received it. */
export interface DescribedRequest {
  method: string
  /** The request target: path with query, still percent-encoded. */
  path: string
  /** Any spelling of names; an array where a field stood more than once. */
  headers: HeaderFields
  /** Host the client addressed; without it, the Host field counts. */
  host?: string | undefined
  /** A JSON body: the raw text, by which a repeated field is seen, or the object parsed from it. */
  body?: unknown
}

/** What is asked of a verifier. Everything but `secret` or `request` narrows what the API's registration says. */
export interface VerifyInput {
  /** The secret, where it was taken from its carrier already; null or undefined: it is looked for in `request`. */
  secret?: string | null | undefined
  request?: DescribedRequest
  /** The client's address; left out, null or no address: none is known, and a key with address rules is refused. */
  ip?: string | null
  requiredScopes?: readonly string[]
  /** Slugs of types. */
  types?: readonly string[]
  /** Id, slug or alias. */
  organization?: string
  environment?: string
  /** Calls this one counts as, a whole number from 0; default 1. */
  cost?: number
  /** What the client calls itself; default: the User-Agent of `request`. */
  client?: string | null
}

/** What a verifier takes: the request as Node has it, or a description. */
export type Asked = IncomingMessage | VerifyInput

export interface Question {
  request: VerificationRequest
  client: string | null
}

/** Stands for what is no text, and has the form of no secret. */
const NO_TEXT = '?'

/** @param trusted proxies whose X-Forwarded-For is believed, for requests of Node. */
export function questionOf(asked: Asked, trusted: AddressSet): Question {
  // A text here may be the secret itself, which Node would repeat in its own complaint.
  if (typeof asked !== 'object' || asked === null) refuse('A verifier is asked about a request of Node, or { secret }, or { request }.')
  if (typeof (asked as { headers?: { get?: unknown } }).headers?.get === 'function')
    refuse('This is a request of the Web: ask with { request: { method, path, headers } }, or use the middleware for Next or Hono.')
  return 'rawHeaders' in asked ? fromNode(asked, trusted) : described(asked)
}

/** The client: the connection, or whom a trusted proxy names; null: a trusted proxy named nobody we can read. */
export function addressOf(message: IncomingMessage, trusted: AddressSet): string | null {
  return clientAddress({ connection: message.socket.remoteAddress, forwardedFor: fieldsOf(message)['x-forwarded-for'], trusted })
}

/** Each field of a request as often as it came. Requests of HTTP/2 have only the plain list, with the host among what stands in place of a first line. */
export function fieldsOf(message: IncomingMessage): NodeJS.Dict<string[]> {
  if ((message.headersDistinct as NodeJS.Dict<string[]> | undefined) !== undefined) return message.headersDistinct
  const fields: NodeJS.Dict<string[]> = Object.create(null)
  let authority: string | null = null
  for (let at = 0; at + 1 < message.rawHeaders.length; at += 2) {
    const [name, value] = [(message.rawHeaders[at] as string).toLowerCase(), message.rawHeaders[at + 1] as string]
    if (name === ':authority') authority = value
    if (!name.startsWith(':')) (fields[name] ??= []).push(value)
  }
  if (authority !== null) fields['host'] = [authority]
  return fields
}

function fromNode(message: IncomingMessage, trusted: AddressSet): Question {
  const headers = fieldsOf(message)
  const address = addressOf(message, trusted)
  return { request: { request: { method: message.method ?? 'GET', path: message.url ?? '/', headers }, address }, client: headers['user-agent']?.[0] ?? null }
}

function described(asked: VerifyInput): Question {
  const address = typeof asked.ip === 'string' ? addressIn(asked.ip) : null
  const { secret, cost } = asked
  // Written out: copying "the rest" of an object takes as long as finding the key.
  const narrowed: VerificationRequest = { address }
  if (asked.requiredScopes !== undefined) narrowed.requiredScopes = asked.requiredScopes
  if (asked.types !== undefined) narrowed.types = asked.types
  if (asked.organization !== undefined) narrowed.organization = asked.organization
  if (asked.environment !== undefined) narrowed.environment = asked.environment
  if (cost !== undefined) {
    // Less than nothing would give calls back, and what is no number is more than no limit.
    if (!(Number.isSafeInteger(cost) && cost >= 0)) refuse('"cost" must be a whole number from 0.')
    narrowed.cost = cost
  }
  const client = asked.client ?? null
  // What a client sent may be anything: a field that came twice is a list, and a JSON body may hold a number.
  if (secret !== undefined && secret !== null) narrowed.secret = typeof secret === 'string' ? secret : NO_TEXT
  if (asked.request === undefined) return { request: narrowed, client }
  const { method, path, body, host, headers: fields } = asked.request
  if (typeof fields !== 'object' || fields === null || typeof path !== 'string' || typeof method !== 'string')
    refuse('"request" must be { method, path, headers }, the headers as an object of names and values.')
  const headers = foldHeaders(fields)
  narrowed.request = { method, path, headers, body, ...(host === undefined ? {} : { host }) }
  return { request: narrowed, client: client ?? headers['user-agent']?.[0] ?? null }
}

function refuse(detail: string): never {
  throw new KeywrightError({ code: 'invalid_argument', detail })
}

/** IPv4 in its only form needs no object to be made of it. */
function addressIn(ip: string): string | null {
  if (parseIpv4Fast(ip) >= 0) return ip
  const parsed = parseAddress(ip)
  return parsed.ok ? parsed.value.text : null
}
