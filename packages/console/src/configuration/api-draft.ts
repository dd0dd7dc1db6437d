import { type Json, linesIn, listIn, textIn, textOrNull } from './draft-text.ts'

/** What the form of an API holds, as typed; companions stay as they are stored. */
export interface ApiDraft {
  slug: string
  label: string
  description: string
  environment: string
  accepts: readonly string[]
  carriers: string
  routes: string
  forwardAuth: 'default' | 'yes' | 'no'
  baseUrl: string
  upstream: string
}

export function draftOfApi(api: Json): ApiDraft {
  const { forwardAuth } = api
  return {
    slug: textIn(api, 'slug'),
    label: textIn(api, 'label'),
    description: textIn(api, 'description'),
    environment: textIn(api, 'environment'),
    accepts: listIn(api, 'accepts').map(String),
    carriers: Array.isArray(api['carriers']) ? api['carriers'].map(printCarrier).join('\n') : 'Authorization bearer',
    routes: listIn(api, 'routes').map(printRoute).join('\n'),
    forwardAuth: typeof forwardAuth === 'boolean' ? (forwardAuth ? 'yes' : 'no') : 'default',
    baseUrl: textIn(api, 'baseUrl'),
    upstream: textIn(api, 'upstream'),
  }
}

/** The API with what the form holds, in the form of a file. @param base as it is stored; `{}` for a new one. */
export function apiWith(base: Json, draft: ApiDraft): Record<string, unknown> {
  const { label: _label, forwardAuth: _forwardAuth, ...rest } = base
  const routes = linesIn(draft.routes)
  return {
    ...rest,
    slug: draft.slug.trim(),
    ...(draft.label.trim() === '' ? {} : { label: draft.label.trim() }),
    description: draft.description.trim(),
    environment: textOrNull(draft.environment),
    accepts: [...draft.accepts],
    carriers: linesIn(draft.carriers).map(readCarrier),
    routes: routes.length === 0 ? null : routes.map(readRoute),
    ...(draft.forwardAuth === 'default' ? {} : { forwardAuth: draft.forwardAuth === 'yes' }),
    baseUrl: textOrNull(draft.baseUrl),
    upstream: textOrNull(draft.upstream),
  }
}

/** `Authorization bearer`, `X-Api-Key raw`, `body api_key`. */
export function printCarrier(carrier: unknown): string {
  const { in: place, name = 'Authorization', scheme } = carrier as { in?: string; name?: string; scheme?: string }
  if (place === 'body') return `body ${name}`
  return `${name} ${scheme ?? (name.toLowerCase() === 'authorization' ? 'bearer' : 'raw')}`
}

function readCarrier(line: string): unknown {
  const [name = '', second, ...more] = line.split(/\s+/)
  if (name.toLowerCase() === 'body') return { in: 'body', name: [second ?? '', ...more].join(' ').trim() }
  return { in: 'header', name, ...(second === undefined ? {} : { scheme: [second, ...more].join(' ') }) }
}

/** `POST /users/{id} users.write users.read`. */
function printRoute(route: unknown): string {
  const { method, path, scopes } = route as { method?: string; path?: string; scopes?: unknown[] }
  return [method, path, ...(scopes ?? [])].map(String).join(' ')
}

function readRoute(line: string): unknown {
  const [method = '', path = '', ...scopes] = line.split(/\s+/)
  return { method: method.toUpperCase(), path, ...(scopes.length === 0 ? {} : { scopes }) }
}
