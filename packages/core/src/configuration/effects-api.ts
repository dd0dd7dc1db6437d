import type { Api, Route } from './api.ts'
import { allowsForwardAuth } from './forward-auth.ts'
import { carrierPlace, describeCarrier } from './check-carriers.ts'
import type { FieldChange } from './diff.ts'
import { isSame } from './print.ts'

type Sentences = (from: Api, to: Api) => string[]

/** Everything of an API is read at every decision, so all of this acts on the next call. */
const EFFECTS: Record<Exclude<keyof Api, 'slug'>, Sentences> = {
  label: () => [],
  description: () => [],
  environment: (_from, to) => [
    to.environment === null
      ? 'From the next call keys of every environment are accepted.'
      : `From the next call keys of other environments than "${to.environment}" are refused (wrong_environment).`,
  ],
  accepts: (from, to) => [
    ...from.accepts.filter((slug) => !to.accepts.includes(slug)).map((slug) => `From the next call keys of "${slug}" are refused (wrong_type).`),
    ...to.accepts.filter((slug) => !from.accepts.includes(slug)).map((slug) => `From the next call keys of "${slug}" are accepted.`),
  ],
  carriers: (from, to) => {
    const before = new Set(from.carriers.map(carrierPlace))
    const after = new Set(to.carriers.map(carrierPlace))
    return [
      ...from.carriers
        .filter((entry) => !after.has(carrierPlace(entry)))
        .map((entry) => `From the next call a key in ${describeCarrier(entry)} is refused (wrong_carrier or missing).`),
      ...to.carriers.filter((entry) => !before.has(carrierPlace(entry))).map((entry) => `From the next call a key in ${describeCarrier(entry)} is accepted.`),
    ]
  },
  companions: () => [
    'From the next call requests are judged by the new companions; one that names another organization or environment, or leaves out a required companion, is refused (organization_mismatch, wrong_environment).',
  ],
  routes: (from, to) => routeEffects(from.routes, to.routes),
  forwardAuth: (from, to) => {
    if (allowsForwardAuth(from) === allowsForwardAuth(to)) return []
    return [allowsForwardAuth(to) ? 'Forward-auth answers for this API.' : 'Forward-auth no longer answers for this API; proxies that ask are refused.']
  },
  baseUrl: () => [],
  upstream: (_from, to) => [
    to.upstream === null ? 'The upstream is no longer known.' : 'The upstream is kept for a gateway; this version has none, and passes nothing on.',
  ],
}

export function apiEffects(from: Api, to: Api, fields: readonly FieldChange[]): string[] {
  const names = new Set(fields.map((field) => field.path.split('.')[0] as string))
  const sentences = [...names].flatMap((name) => (Object.hasOwn(EFFECTS, name) ? EFFECTS[name as keyof typeof EFFECTS](from, to) : []))
  return sentences.length > 0 ? sentences : ['Only what people read, or an order, changes; no call is touched.']
}

function routeEffects(from: readonly Route[] | null, to: readonly Route[] | null): string[] {
  if (to === null) return ['From the next call every path is allowed and no route asks for a scope.']
  if (from === null)
    return ['From the next call only the listed routes are allowed; everything else is refused (insufficient_scope), and each route asks for its scopes.']
  const name = (route: Route): string => `${route.method} ${route.path}`
  const before = new Map(from.map((route) => [name(route), route.scopes]))
  const after = new Map(to.map((route) => [name(route), route.scopes]))
  const removed = [...before.keys()].filter((route) => !after.has(route))
  const added = [...after.keys()].filter((route) => !before.has(route))
  const changed = [...after].filter(([route, scopes]) => before.has(route) && !isSame(before.get(route), scopes))
  return [
    ...(removed.length > 0 ? [`No longer listed, so refused (insufficient_scope) from the next call: ${removed.join(', ')}.`] : []),
    ...(added.length > 0 ? [`Allowed from the next call: ${added.join(', ')}.`] : []),
    ...changed.map(([route, scopes]) => `${route} needs ${scopes.length > 0 ? scopes.join(', ') : 'no scope'} from the next call.`),
  ]
}
