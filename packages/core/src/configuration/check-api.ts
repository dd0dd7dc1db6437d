import type { Api } from './api.ts'
import { readsBody } from './forward-auth.ts'
import type { Configuration, Report } from './check.ts'
import { carrierPlace, checkCarriers, checkCompanions, describeCarrier } from './check-carriers.ts'
import { unique } from './fields.ts'
import type { KeyType } from './key-type.ts'
import { isReservedSlug } from './reserved.ts'
import { parseRouteTemplate, type TemplateSegment } from './route-template.ts'

/** Checks one API against itself and against the key types it accepts. */
export function checkApi(definition: Api, merged: Configuration, report: Report): void {
  const accepted = checkAccepts(definition, merged, report)
  checkCarriers(definition.carriers, report)
  checkCompanions(definition.companions, definition.carriers, report)
  for (const type of accepted) checkMeeting(definition, type, report)
  checkBody(definition, accepted, report)
  checkRoutes(definition, accepted, report)
  for (const [index, companion] of definition.companions.entries()) checkPathCompanion(definition, companion, `companions[${index}].name`, report)
  for (const type of accepted) {
    for (const companion of type.companions) checkPathCompanion(definition, companion, 'accepts', report, type.slug)
  }
}

function checkAccepts(definition: Api, merged: Configuration, report: Report): KeyType[] {
  const { environment } = definition
  if (environment !== null && !merged.environments.includes(environment))
    report('environment', 'unknown_environment', `There is no environment "${environment}"; list it under environments.`)
  const twice = unique(definition.accepts, (slug) => slug)
  if (twice) report(`accepts[${twice.index}]`, 'duplicate_key_type', `The key type "${twice.value}" stands twice.`)
  const accepted: KeyType[] = []
  for (const [index, slug] of definition.accepts.entries()) {
    const type = merged.keyTypes.find((candidate) => candidate.slug === slug)
    if (isReservedSlug(slug)) report(`accepts[${index}]`, 'reserved_slug', "No API accepts Keywright's own key types.")
    else if (!type) report(`accepts[${index}]`, 'unknown_key_type', `There is no key type "${slug}".`)
    else {
      accepted.push(type)
      if (environment !== null && type.environments !== null && !type.environments.includes(environment)) {
        report(
          `accepts[${index}]`,
          'type_not_in_environment',
          `The API serves the environment "${environment}", which the key type "${slug}" does not allow, so no such key would ever be accepted.`,
        )
      }
    }
  }
  return accepted
}

/** Type and API must have a place in common where the key may stand, and the type's companions must stand elsewhere. */
function checkMeeting(definition: Api, type: KeyType, report: Report): void {
  const path = `accepts[${definition.accepts.indexOf(type.slug)}]`
  if (type.carriers !== null) {
    const places = new Set(definition.carriers.map(carrierPlace))
    if (!type.carriers.some((entry) => places.has(carrierPlace(entry)))) {
      report(
        path,
        'no_common_carrier',
        `The key type "${type.slug}" may only come in ${type.carriers.map(describeCarrier).join(', ')}; this API takes ${definition.carriers.map(describeCarrier).join(', ')}. They have no carrier in common.`,
      )
    }
  }
  checkCompanions(type.companions, definition.carriers, (_path, code, message) => {
    if (code === 'companion_is_carrier') report(path, code, `Companion of the key type "${type.slug}": ${message}`)
  })
}

const FORWARD_AUTH_SENTENCE =
  'Body carriers and body companions work in middleware and /v1/verify; a proxy does not pass the body on, so forward-auth cannot see them.'

function checkBody(definition: Api, accepted: readonly KeyType[], report: Report): void {
  if (definition.forwardAuth === true && readsBody(definition, accepted)) report('forwardAuth', 'body_with_forward_auth', FORWARD_AUTH_SENTENCE)
  const everyCarrierInBody = definition.carriers.every((entry) => entry.in === 'body')
  const neededInBody = [...definition.companions, ...accepted.flatMap((type) => type.companions)].some((entry) => entry.from === 'body' && entry.required)
  if (!everyCarrierInBody && !neededInBody) return
  for (const [index, route] of (definition.routes ?? []).entries()) {
    if (route.method === 'GET')
      report(
        `routes[${index}].method`,
        'body_with_get',
        'Key or companion stand in the body, and a GET request has none, so every call of this route would be refused.',
      )
  }
}

function checkRoutes(definition: Api, accepted: readonly KeyType[], report: Report): void {
  const offeredBy = accepted.map((type) => new Set(type.scopes.offered.map((entry) => entry.scope)))
  const shapes = new Map<string, string>()
  for (const [index, route] of (definition.routes ?? []).entries()) {
    const path = `routes[${index}]`
    if (route.method === 'HEAD') report(`${path}.method`, 'head_counts_as_get', 'HEAD counts as GET; list the route with method GET.')
    const shape = `${route.method} ${segmentsOf(route.path).map(shapeOf).join('/')}`
    const earlier = shapes.get(shape)
    if (earlier === undefined) shapes.set(shape, route.path)
    else report(path, 'duplicate_route', `${route.method} ${route.path} matches the same requests as ${route.method} ${earlier}.`)

    const twice = unique(route.scopes, (scope) => scope)
    if (twice) report(`${path}.scopes[${twice.index}]`, 'duplicate_scope', `The scope "${twice.value}" stands twice.`)
    const nowhere = route.scopes.map((scope) => !offeredBy.some((offered) => offered.has(scope)))
    for (const [position, missing] of nowhere.entries()) {
      if (missing) report(`${path}.scopes[${position}]`, 'scope_not_offered', `No key type this API accepts offers the scope "${route.scopes[position]}".`)
    }
    if (!nowhere.includes(true) && !offeredBy.some((offered) => route.scopes.every((scope) => offered.has(scope))) && offeredBy.length > 0) {
      report(`${path}.scopes`, 'scopes_not_offered_together', 'No single key type offers all of these scopes, so no key could ever call this route.')
    }
  }
}

/** @param owner the key type whose companion it is; without one, it is the API's own. */
function checkPathCompanion(definition: Api, companion: KeyType['companions'][number], path: string, report: Report, owner?: string): void {
  if (companion.from !== 'path') return
  const name = companion.name ?? ''
  const of = owner === undefined ? '' : ` of the key type "${owner}"`
  if (definition.routes === null) {
    report(path, 'companion_needs_routes', `The path companion "${name}"${of} is a parameter of a route, so the API must list its routes.`)
    return
  }
  let found = false
  for (const [index, route] of definition.routes.entries()) {
    const segment = segmentsOf(route.path).find((entry) => 'name' in entry && entry.name === name)
    if (segment) found = true
    if (segment && 'rest' in segment && segment.rest)
      report(`routes[${index}].path`, 'companion_is_rest', `"{${name}+}" stands for several segments, so it cannot be the companion${of}.`)
    else if (!segment && companion.required)
      report(`routes[${index}].path`, 'companion_not_in_route', `The companion${of} is required, but this route has no parameter "{${name}}".`)
  }
  if (!found && !companion.required) report(path, 'companion_not_in_route', `No route has the parameter "{${name}}" of the companion${of}.`)
}

function segmentsOf(path: string): TemplateSegment[] {
  const parsed = parseRouteTemplate(path)
  return parsed.ok ? parsed.value : []
}

function shapeOf(segment: TemplateSegment): string {
  if ('literal' in segment) return segment.literal
  return segment.rest ? '{+}' : '{}'
}
