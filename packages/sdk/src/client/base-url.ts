import { KeywrightError } from './keywright-error.ts'

/**
 * The server's address -> what every path is appended to, without a final `/`.
 * Messages never repeat the address as given: somebody may have put a password, or the key itself, in its place.
 */
export function baseUrl(address: string, allowHttp: boolean): string {
  const url = parseUrl(address)
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw invalid('The URL of the Keywright server must be a whole http or https URL, such as "https://keys.example.com".')
  }
  if (url.username !== '' || url.password !== '')
    throw invalid('The URL of the Keywright server must be without user name and password; the key goes where the key goes.')
  if (url.search !== '' || url.hash !== '') throw invalid('The URL of the Keywright server must be without query and fragment.')
  if (url.protocol === 'http:' && !allowHttp && !isLoopback(url.hostname)) {
    throw new KeywrightError({
      code: 'insecure_url',
      detail: `${url.origin} would carry the key unencrypted over the network. Use https, or say allowHttp where the network is yours alone.`,
    })
  }
  return url.origin + url.pathname.replace(/\/+$/, '')
}

/** Null where it is none. `URL.parse` is newer than the oldest Node that this runs on. */
export function parseUrl(address: string, base?: string): URL | null {
  try {
    return new URL(address, base)
  } catch {
    return null
  }
}

/** The URL parser has turned every spelling of an IPv4 address into four decimal numbers. */
function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname)
}

function invalid(detail: string): KeywrightError {
  return new KeywrightError({ code: 'invalid_url', detail })
}

/** `/v1/organizations/{org}` and `{org: 'acme'}` -> `/v1/organizations/acme`; each value becomes exactly one segment, or is refused. */
export function fillPath(template: string, values: Readonly<Record<string, unknown>>): string {
  return template.replace(/\{(\w+)\}/g, (_whole, name: string) => {
    const value = values[name]
    // An empty segment would address the list; "." and ".." are resolved by every URL parser, also when encoded.
    if (typeof value !== 'string' || value === '' || value === '.' || value === '..' || !value.isWellFormed()) {
      throw new KeywrightError({
        code: 'invalid_argument',
        detail: `"${name}" must be the id or the slug of something.`,
        errors: [{ path: name, code: 'invalid', message: 'Must be an id or a slug.' }],
      })
    }
    return encodeURIComponent(value)
  })
}

/** Names of the parameters in a path. */
export function pathParameters(template: string): string[] {
  return [...template.matchAll(/\{(\w+)\}/g)].map((match) => match[1] as string)
}

/** `{limit: 5, from: Date}` -> `?limit=5&from=...`; what is undefined or null is left out. */
export function queryString(query: Readonly<Record<string, unknown>>): string {
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null) parameters.append(name, value instanceof Date ? value.toISOString() : String(value as string | number | boolean))
  }
  const text = parameters.toString()
  return text === '' ? '' : `?${text}`
}
