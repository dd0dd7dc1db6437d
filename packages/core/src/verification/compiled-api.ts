import type { Api } from '../configuration/api.ts'
import { allowsForwardAuth } from '../configuration/forward-auth.ts'
import type { Carrier, Companion } from '../configuration/key-type.ts'
import { isReservedSlug } from '../configuration/reserved.ts'
import { parseRouteTemplate, type TemplateSegment } from '../configuration/route-template.ts'

export interface CompiledRoute {
  segments: readonly TemplateSegment[]
  scopes: readonly string[]
}

export interface CompiledCompanion extends Companion {
  /** Header and body names; header names in lower case. */
  key: string
  /** Host: what stands before and after the placeholder, in lower case. */
  before: string
  after: string
}

/** A registered API in the form in which requests are read: header names folded, routes by method. */
export interface CompiledApi {
  readonly definition: Api
  readonly accepts: ReadonlySet<string>
  /** Header carriers by header name (lower case), with the schemes taken there. */
  readonly headers: readonly { name: string; schemes: readonly Carrier[] }[]
  readonly bodyFields: readonly Carrier[]
  readonly companions: readonly CompiledCompanion[]
  /** Null: any path. */
  readonly routes: ReadonlyMap<string, readonly CompiledRoute[]> | null
  readonly forwardAuth: boolean
}

export function compileApi(definition: Api): CompiledApi {
  const headers = new Map<string, Carrier[]>()
  for (const carrier of definition.carriers) {
    if (carrier.in !== 'header') continue
    const name = carrier.name.toLowerCase()
    headers.set(name, [...(headers.get(name) ?? []), carrier])
  }
  return {
    definition,
    // Keywright's own types are accepted by its own APIs only, whatever a definition says.
    accepts: new Set(definition.accepts.filter((slug) => !isReservedSlug(slug) || isReservedSlug(definition.slug))),
    headers: [...headers].map(([name, schemes]) => ({ name, schemes })),
    bodyFields: definition.carriers.filter((carrier) => carrier.in === 'body'),
    companions: definition.companions.map(compileCompanion),
    routes: definition.routes === null ? null : compileRoutes(definition.routes),
    forwardAuth: allowsForwardAuth(definition),
  }
}

export function compileCompanion(companion: Companion): CompiledCompanion {
  const [before = '', after = ''] = (companion.template ?? '').toLowerCase().split(/\{[a-z]+\}/)
  const name = companion.name ?? ''
  return { ...companion, key: companion.from === 'header' ? name.toLowerCase() : name, before, after }
}

function compileRoutes(routes: NonNullable<Api['routes']>): Map<string, CompiledRoute[]> {
  const byMethod = new Map<string, CompiledRoute[]>()
  for (const route of routes) {
    const parsed = parseRouteTemplate(route.path)
    if (!parsed.ok) throw new TypeError(parsed.error)
    byMethod.set(route.method, [...(byMethod.get(route.method) ?? []), { segments: parsed.value, scopes: route.scopes }])
  }
  // The more literal route wins, as everywhere: `/keys/mine` before `/keys/{id}`.
  for (const list of byMethod.values()) list.sort((left, right) => compareSpecificity(left.segments, right.segments))
  return byMethod
}

function compareSpecificity(left: readonly TemplateSegment[], right: readonly TemplateSegment[]): number {
  const rank = (segment: TemplateSegment | undefined) => (segment === undefined ? 3 : 'literal' in segment ? 0 : segment.rest ? 2 : 1)
  for (let index = 0; index < Math.max(left.length, right.length); index++) {
    const difference = rank(left[index]) - rank(right[index])
    if (difference !== 0) return difference
  }
  return 0
}
