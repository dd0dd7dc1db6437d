import type { CompiledApi, CompiledRoute } from './compiled-api.ts'

export type RouteMatch =
  | { kind: 'any' }
  | { kind: 'matched'; scopes: readonly string[]; parameters: Readonly<Record<string, string>> }
  | { kind: 'refused'; detail: 'route_not_listed' | 'path_refused' }

const ANY: RouteMatch = { kind: 'any' }
const NOT_LISTED: RouteMatch = { kind: 'refused', detail: 'route_not_listed' }
const REFUSED: RouteMatch = { kind: 'refused', detail: 'path_refused' }

/**
 * Finds the route of a request. Unlisted method or path is refused; so is, before matching, every path that the API behind us
 * might read another way than we do: dot segments, `//`, `\`, `;`, `#`, encoded slashes and NUL, bad UTF-8, bytes that are not encoded. HEAD counts as GET.
 */
export function matchRoute(api: CompiledApi, method: string, target: string): RouteMatch {
  if (api.routes === null) return ANY
  const segments = readPath(target)
  if (segments === null) return REFUSED
  const upper = method.toUpperCase()
  const match = find(api.routes.get(upper), segments) ?? (upper === 'HEAD' ? find(api.routes.get('GET'), segments) : null)
  return match ?? NOT_LISTED
}

/** Nothing in it that needs decoding, or could be read in two ways: most paths are so. */
const PLAIN = /^(?:\/[\w~-]+)+$/

/** Path of a request target -> decoded segments; null when it is refused. The query is cut off. */
export function readPath(target: string): string[] | null {
  const end = target.indexOf('?')
  const path = end < 0 ? target : target.slice(0, end)
  if (PLAIN.test(path)) return path.slice(1).split('/')
  if (!path.startsWith('/') || /\/\/|[^\u0021-\u007e]|[\\;#]|%(?:2f|5c|00)/i.test(path)) return null
  if (path === '/') return []
  let decoded: string[]
  try {
    decoded = path.slice(1).split('/').map(decodeURIComponent)
  } catch {
    return null
  }
  // Decoded once more would be another path: `%252e` is refused with the dot segments it hides.
  if (decoded.some((segment) => segment === '.' || segment === '..' || /[\\;\u0000-\u001f\u007f]/.test(segment) || /%(?:25)*(?:2e|2f|5c|3b|00)/i.test(segment)))
    return null
  return decoded
}

function find(routes: readonly CompiledRoute[] | undefined, segments: readonly string[]): RouteMatch | null {
  for (const route of routes ?? []) {
    const parameters = matchSegments(route, segments)
    if (parameters) return { kind: 'matched', scopes: route.scopes, parameters }
  }
  return null
}

function matchSegments(route: CompiledRoute, segments: readonly string[]): Record<string, string> | null {
  const parameters: Record<string, string> = Object.create(null)
  const last = route.segments.at(-1)
  const takesRest = last !== undefined && 'rest' in last && last.rest
  if (takesRest ? segments.length < route.segments.length : segments.length !== route.segments.length) return null
  for (const [index, expected] of route.segments.entries()) {
    const given = segments[index] as string
    if ('literal' in expected) {
      if (expected.literal !== given) return null
    } else if (expected.rest) {
      if (segments.slice(index).includes('')) return null
      parameters[expected.name] = segments.slice(index).join('/')
    } else {
      if (given === '') return null
      parameters[expected.name] = given
    }
  }
  return parameters
}
