import { z } from 'zod'
import { scopeToken, slug, text } from './fields.ts'
import { carrier, companion } from './key-type.ts'
import { parseRouteTemplate } from './route-template.ts'

export const HTTP_METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const

export const route = z.strictObject({
  method: z.enum(HTTP_METHODS),
  /** `/a/{id}/b`; `{name}` stands for one segment, a final `{name+}` for one or more. */
  path: z.string().superRefine((value, context) => {
    const parsed = parseRouteTemplate(value)
    if (!parsed.ok) context.addIssue({ code: 'custom', message: parsed.error })
  }),
  scopes: z.array(scopeToken).max(20).default([]),
})
export type Route = z.output<typeof route>

/** A registered API (resource server): which types it accepts, where the key is put, which scope each route needs. */
export const api = z.strictObject({
  slug,
  label: text(80).optional(),
  description: text(1000).default(''),
  /** The environment this API serves; null: any, or the one a companion names. */
  environment: slug.nullable().default(null),
  accepts: z.array(slug).min(1, 'An API accepts at least one key type.').max(100),
  carriers: z
    .array(carrier)
    .min(1, 'An API needs at least one carrier.')
    .max(10)
    .default([{ in: 'header', name: 'Authorization', scheme: 'bearer' }]),
  companions: z.array(companion).max(5).default([]),
  /** Null: any path, and no route asks for a scope. A list: what is not on it is refused. */
  routes: z.array(route).min(1).max(500).nullable().default(null),
  /** Whether `/v1/authorize/{api}` answers for it; default: yes, unless key or companion stand in the body, which a proxy does not pass on. */
  forwardAuth: z.boolean().optional(),
  /** Where clients reach it: origin and an optional path. People who generate keys are shown it, in calls to try. */
  baseUrl: z.string().max(500).refine(isBaseUrl, 'Must be an http or https URL without user, password, query and fragment.').nullable().default(null),
  /** Where a gateway sends allowed calls, of which this version has none: origin and an optional path. Internal names and bare addresses are ordinary here, so no organization sees it. */
  upstream: z.string().max(500).refine(isBaseUrl, 'Must be an http or https URL without user, password, query and fragment.').nullable().default(null),
})
export type Api = z.output<typeof api>

function isBaseUrl(value: string): boolean {
  if (!/^https?:\/\/[^/?#@\\\s]+(\/[^?#\\\s]*)?$/.test(value)) return false
  return URL.canParse(value)
}
