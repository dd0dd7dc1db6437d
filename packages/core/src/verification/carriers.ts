import type { Carrier } from '../configuration/key-type.ts'
import { TOKEN_START } from '../session-token/parse.ts'
import type { CompiledApi } from './compiled-api.ts'
import { countBodyField, readBody } from './json-body.ts'
import { type ClientRequest, headerField, type HeaderFields } from './request.ts'

export type FoundCredential =
  | { kind: 'found'; secret: string; carrier: Carrier }
  | { kind: 'denied'; reason: 'missing' | 'malformed' | 'wrong_carrier'; detail: string | null }

const MISSING: FoundCredential = { kind: 'denied', reason: 'missing', detail: null }
const denied = (reason: 'missing' | 'malformed' | 'wrong_carrier', detail: string): FoundCredential => ({ kind: 'denied', reason, detail })

/**
 * Takes the one credential from where the API's carriers say, and nowhere else. Names of `request.headers` must be in lower
 * case (`foldHeaders`). Two credentials, a repeated field or a field that is no text are `malformed`: which of two a server
 * takes must never depend on who reads them.
 * @param prefixes of the types the API accepts, to tell a secret put in the wrong place from none.
 */
export function findCredential(api: CompiledApi, request: ClientRequest, prefixes: Iterable<string>): FoundCredential {
  let found: FoundCredential | null = null
  for (const { name, schemes } of api.headers) {
    const field = headerField(request.headers, name)
    if (field === undefined) continue
    if (typeof field !== 'string' && field.length > 1) return denied('malformed', 'header_repeated')
    const value = (typeof field === 'string' ? field : (field[0] ?? '')).trim()
    if (value === '') continue
    const read = readHeader(value, schemes)
    if (read === null) continue
    if (read.kind === 'denied' || found) return read.kind === 'denied' ? read : denied('malformed', 'two_credentials')
    found = read
  }
  for (const carrier of api.bodyFields) {
    const read = readBodyField(request.body, carrier)
    if (read === null) continue
    if (read.kind === 'denied' || found) return read.kind === 'denied' ? read : denied('malformed', 'two_credentials')
    found = read
  }
  if (found) return found
  return standsElsewhere(request, [...prefixes]) ? denied('wrong_carrier', 'secret_elsewhere') : MISSING
}

/** Header names in lower case, values of names that differ in case put together: a proxy in front may have kept both. */
export function foldHeaders(headers: HeaderFields): Record<string, readonly string[]> {
  const folded: Record<string, string[]> = Object.create(null)
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined) continue
    const lower = name.toLowerCase()
    ;(folded[lower] ??= []).push(...(typeof value === 'string' ? [value] : value))
  }
  return folded
}

const SCHEME = /^([A-Za-z][A-Za-z0-9+.-]*)(?:\s+(.*))?$/

function readHeader(value: string, carriers: readonly Carrier[]): FoundCredential | null {
  const [, scheme = '', rest = ''] = SCHEME.exec(value) ?? []
  for (const carrier of carriers) {
    if (carrier.in !== 'header') continue
    if (carrier.scheme === 'raw') {
      // Several words that do not begin with a scheme: two values that a proxy has joined.
      if (/\s/.test(value) && scheme === '') return denied('malformed', 'token_with_space')
      if (!/\s/.test(value)) return carriers.length > 1 && rest === '' && isScheme(scheme, carriers) ? null : { kind: 'found', secret: value, carrier }
    } else if (scheme.toLowerCase() === carrier.scheme) {
      if (rest.trim() === '') return null
      const token = carrier.scheme === 'basic' ? readBasic(rest) : rest.trim()
      if (token === null) return denied('malformed', 'basic_unreadable')
      if (token.trim() === '') return null
      return /\s/.test(token) ? denied('malformed', 'token_with_space') : { kind: 'found', secret: token, carrier }
    }
  }
  return null
}

function isScheme(word: string, carriers: readonly Carrier[]): boolean {
  return carriers.some((carrier) => carrier.in === 'header' && carrier.scheme === word.toLowerCase())
}

/** RFC 7617: the password; the user where the password is empty. Null when it is not base64 of UTF-8 with a colon. */
function readBasic(encoded: string): string | null {
  const text = decodeBase64(encoded.trim())
  const colon = text?.indexOf(':') ?? -1
  if (text === null || colon < 0) return null
  return text.slice(colon + 1) === '' ? text.slice(0, colon) : text.slice(colon + 1)
}

function decodeBase64(encoded: string): string | null {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(encoded) || encoded.length > 2048) return null
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0)))
  } catch {
    return null
  }
}

function readBodyField(body: unknown, carrier: Carrier): FoundCredential | null {
  const fields = readBody(body)
  if (fields === null || !Object.hasOwn(fields, carrier.name)) return null
  if (typeof body === 'string' && countBodyField(body, carrier.name) > 1) return denied('malformed', 'body_field_repeated')
  const value = fields[carrier.name]
  if (value === null) return null
  if (typeof value !== 'string') return denied('malformed', 'body_field_not_text')
  if (value.trim() === '') return null
  return { kind: 'found', secret: value.trim(), carrier }
}

/** Only asked when there is no credential: does something that looks like an accepted secret stand where it must not? */
function standsElsewhere(request: ClientRequest, prefixes: readonly string[]): boolean {
  const looks = (text: string) => text.length < 20_000 && (text.includes(TOKEN_START) || prefixes.some((prefix) => containsSecret(text, prefix)))
  for (const [name, field] of Object.entries(request.headers)) {
    for (const value of typeof field === 'string' ? [field] : (field ?? [])) {
      if (looks(value)) return true
      const basic = name.includes('authorization') && /^basic\s+(.*)$/i.exec(value.trim())
      if (basic && looks(decodeBase64(basic[1] as string) ?? '')) return true
    }
  }
  const query = request.path.indexOf('?')
  if (query >= 0 && (looks(request.path.slice(query)) || looks(percentDecoded(request.path.slice(query))))) return true
  const fields = readBody(request.body)
  return fields !== null && Object.values(fields).some((value) => typeof value === 'string' && looks(value))
}

function containsSecret(text: string, prefix: string): boolean {
  for (let at = text.indexOf(`${prefix}_`); at >= 0; at = text.indexOf(`${prefix}_`, at + 1)) {
    if ((at === 0 || !/[0-9A-Za-z_]/.test(text[at - 1] as string)) && /^[0-9A-Za-z]{36}/.test(text.slice(at + prefix.length + 1))) return true
  }
  return false
}

function percentDecoded(text: string): string {
  return text.replace(/%([0-7][0-9a-f])/gi, (_whole, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}
