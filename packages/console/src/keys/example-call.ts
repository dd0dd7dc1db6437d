import type { KeyType } from '@keywright/core/configuration/key-type.ts'
import { ACCESS_TOKEN_TYPE, API_KEY_TYPE, TOKEN_EXCHANGE } from './token-exchange.ts'
import type { OfferedType } from './offered-type.ts'

export type AcceptingApi = OfferedType['apis'][number]

export interface ExampleCall {
  command: string
  /** What must be exchanged before it works, e.g. the host; empty: it works as printed. */
  placeholders: string[]
}

interface Circumstances {
  secret: string
  /** Slug of the organization, which companions name. */
  organization: string
  environment: string
  /** Scopes the key has: a route that needs others would only show a refusal. */
  scopes: readonly string[]
}

const PLACEHOLDER_HOST = 'api.example.com'
const BODY_METHODS = ['POST', 'PUT', 'PATCH']

/** The API that a call is shown for: one that serves the key's environment, rather with an address and a route the key may use. */
export function chooseApi(apis: readonly AcceptingApi[], environment: string, scopes: readonly string[]): AcceptingApi | null {
  const possible = apis.filter((api) => api.environment === null || api.environment === environment)
  const worth = (api: AcceptingApi): number =>
    (api.baseUrl === null ? 0 : 2) + (api.routes === null || api.routes.some((route) => covers(scopes, route.scopes)) ? 1 : 0)
  return possible.toSorted((one, other) => worth(other) - worth(one))[0] ?? null
}

/** A line for a shell that calls the API with this secret, the key where the API wants it and everything beside it. */
export function exampleCall(api: AcceptingApi, key: Circumstances): ExampleCall {
  const carriers = api.carriers as unknown as Carrier[]
  const companions = (api.companions as unknown as Companion[]).map((companion) => ({
    ...companion,
    value: companion.names === 'organization' ? key.organization : key.environment,
  }))
  const carrier = carriers[0] as Carrier
  const inBody = [
    ...(carrier.in === 'body' ? [[carrier.name, key.secret]] : []),
    ...companions.filter(({ from }) => from === 'body').map(({ name, value }) => [name, value]),
  ] as [string, string][]
  const route = chooseRoute(api, key.scopes, inBody.length > 0)
  const placeholders: string[] = []

  const pathValues = new Map(companions.filter(({ from }) => from === 'path').map(({ name, value }) => [name, value]))
  const path = route.path.replaceAll(/\{(\w+)\+?\}/g, (_whole, name: string) => {
    const value = pathValues.get(name)
    if (value !== undefined) return encodeURIComponent(value)
    placeholders.push(name)
    return name.toUpperCase()
  })

  const host = companions.find(({ from }) => from === 'host')
  const named = host?.template?.replaceAll(/\{[a-z]+\}/g, host.value)
  const base = api.baseUrl ?? `https://${named ?? PLACEHOLDER_HOST}`
  if (api.baseUrl === null) placeholders.push(new URL(base).host)
  const words = ['curl']
  const body = inBody.length > 0 || (BODY_METHODS.includes(route.method) && api.routes !== null)
  if (route.method === 'HEAD') words.push('--head')
  else if (route.method !== 'GET' && !(route.method === 'POST' && body)) words.push(`-X ${route.method}`)
  words.push(quoted(base.replace(/\/+$/, '') + path))
  if (named !== undefined && new URL(base).hostname !== named) words.push(`-H ${quoted(`Host: ${named}`)}`)
  if (carrier.in === 'header')
    words.push(
      carrier.scheme === 'basic'
        ? `-u ${quoted(`:${key.secret}`)}`
        : `-H ${quoted(`${carrier.name}: ${schemeOf(carrier) === 'bearer' ? 'Bearer ' : ''}${key.secret}`)}`,
    )
  for (const { from, name, value } of companions) if (from === 'header') words.push(`-H ${quoted(`${name}: ${value}`)}`)
  if (body) words.push(`-H 'Content-Type: application/json'`, `-d ${quoted(JSON.stringify(Object.fromEntries(inBody)))}`)
  return { command: words.join(' \\\n  '), placeholders }
}

/** For keys that only mint: exchanges the key for a session token at this server. @param server its origin. */
export function exchangeCall(server: string, secret: string): ExampleCall {
  const words = [
    'curl',
    quoted(`${server.replace(/\/+$/, '')}/oauth2/token`),
    `-d ${quoted(`grant_type=${TOKEN_EXCHANGE}`)}`,
    `-d ${quoted(`subject_token_type=${API_KEY_TYPE}`)}`,
    `-d ${quoted(`requested_token_type=${ACCESS_TOKEN_TYPE}`)}`,
    `--data-urlencode ${quoted(`subject_token=${secret}`)}`,
  ]
  return { command: words.join(' \\\n  '), placeholders: [] }
}

/** The call to show for a key; null where no API accepts it. */
export function callFor(type: KeyType, apis: readonly AcceptingApi[], key: Circumstances, server: string): ExampleCall | null {
  if (!type.direct) return type.mints === null ? null : exchangeCall(server, key.secret)
  const api = chooseApi(apis, key.environment, key.scopes)
  return api === null ? null : exampleCall(api, key)
}

/** One word of a POSIX shell, whatever is in it. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`
}

type Carrier = { in: 'header'; name: string; scheme?: 'bearer' | 'raw' | 'basic' } | { in: 'body'; name: string; scheme?: undefined }
interface Companion {
  from: 'header' | 'body' | 'path' | 'host'
  name: string
  template?: string
  names: 'organization' | 'environment'
}
type Route = { method: string; path: string; scopes: readonly string[] }

function schemeOf(carrier: Extract<Carrier, { in: 'header' }>): 'bearer' | 'raw' | 'basic' {
  return carrier.scheme ?? (carrier.name.toLowerCase() === 'authorization' ? 'bearer' : 'raw')
}

/** A route the key may use: rather one that only reads and whose path needs nothing we do not know. */
function chooseRoute(api: AcceptingApi, scopes: readonly string[], needsBody: boolean): Route {
  const known = new Set((api.companions as unknown as Companion[]).filter(({ from }) => from === 'path').map(({ name }) => name))
  const unknown = (route: Route): number => [...route.path.matchAll(/\{(\w+)\+?\}/g)].filter((match) => !known.has(match[1] as string)).length
  const cost = (route: Route): number =>
    (covers(scopes, route.scopes) ? 0 : 100) +
    (needsBody && !BODY_METHODS.includes(route.method) ? 50 : 0) +
    unknown(route) * 5 +
    ['GET', 'HEAD', 'POST', 'OPTIONS', 'PATCH', 'PUT', 'DELETE'].indexOf(route.method)
  const routes: readonly Route[] = api.routes ?? [{ method: needsBody ? 'POST' : 'GET', path: '/', scopes: [] }]
  return routes.toSorted((one, other) => cost(one) - cost(other))[0] as Route
}

function covers(held: readonly string[], needed: readonly string[]): boolean {
  return needed.every((scope) => held.includes(scope))
}
