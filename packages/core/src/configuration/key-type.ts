import { z } from 'zod'
import { ORGANIZATION_ROLES } from '../permissions.ts'
import { addressRule, duration, HEADER_NAME, instant, limit, positiveDuration, PREFIX, scopeToken, slug, text } from './fields.ts'

export const carrier = z.discriminatedUnion('in', [
  z
    .strictObject({
      in: z.literal('header'),
      /** Header field name; matched without regard to case. */
      name: z.string().regex(HEADER_NAME, 'Must be a header field name.').default('Authorization'),
      /**
       * `bearer` (RFC 6750), `basic` (RFC 7617: the password, or the user with an empty password), or `raw`: the whole value.
       * Default: bearer for Authorization, raw for any other header.
       */
      scheme: z.enum(['bearer', 'raw', 'basic']).optional(),
    })
    .transform((value) => ({ ...value, scheme: value.scheme ?? (value.name.toLowerCase() === 'authorization' ? ('bearer' as const) : ('raw' as const)) })),
  z.strictObject({ in: z.literal('body'), /** Top-level field of a JSON body. */ name: text(100).min(1, 'A body carrier names a field.') }),
])
export type Carrier = z.output<typeof carrier>

const HOST_TEMPLATE = /^[a-z0-9.-]*\{[a-z]+\}[a-z0-9.-]*$/

export const companion = z
  .strictObject({
    /** Where the second identifier stands. */
    from: z.enum(['header', 'body', 'path', 'host']),
    /** Header field, body field, or the name of a `{parameter}` of the route. Not used with host. */
    name: text(100).min(1, 'Must not be empty.').optional(),
    /** For host: the host name without a port, with one `{placeholder}`, e.g. `{organization}.example.com`. */
    template: z.string().min(1).max(253).optional(),
    names: z.enum(['organization', 'environment']),
    fold: z.enum(['none', 'lowercase']).default('none'),
    required: z.boolean().default(true),
  })
  .superRefine((value, context) => {
    if (value.from === 'host') {
      if (value.template === undefined || !HOST_TEMPLATE.test(value.template))
        context.addIssue({
          code: 'custom',
          path: ['template'],
          message: 'A host companion needs a template in lower case with one placeholder and no port, such as "{organization}.example.com".',
        })
      if (value.name !== undefined) context.addIssue({ code: 'custom', path: ['name'], message: 'A host companion takes a template, not a name.' })
    } else {
      if (value.name === undefined) context.addIssue({ code: 'custom', path: ['name'], message: `A ${value.from} companion needs a name.` })
      else if (value.from === 'header' && !HEADER_NAME.test(value.name))
        context.addIssue({ code: 'custom', path: ['name'], message: 'Must be a header field name.' })
      if (value.template !== undefined) context.addIssue({ code: 'custom', path: ['template'], message: 'Only a host companion takes a template.' })
    }
  })
export type Companion = z.output<typeof companion>

const offeredScope = z.union([
  scopeToken.transform((scope) => ({ scope, entitlement: null as string | null })),
  z.strictObject({ scope: scopeToken, entitlement: slug.nullable().default(null) }),
])

const typeLimit = limit.extend({
  /** The most calls a single key may be given for this interval; null: not more than `calls`. */
  maxCalls: z.int().min(1).max(1_000_000_000).nullable().default(null),
})

export const sunsetRule = z
  .strictObject({
    /** Keys of this origin only; null: all keys of the type. */
    origin: slug.nullable().default(null),
    deprecatedAt: instant,
    retiredAt: instant,
    /** Slug of the key type to move to. */
    successor: slug.nullable().default(null),
    noticeDays: z.array(z.int().min(1).max(3650)).max(10).default([90, 30, 7, 1]),
  })
  .refine((rule) => rule.deprecatedAt <= rule.retiredAt, { path: ['retiredAt'], message: 'Must not lie before deprecatedAt.' })
export type SunsetRule = z.output<typeof sunsetRule>

const ADMINISTRATORS: ('owner' | 'administrator')[] = ['owner', 'administrator']
const roleSet = z
  .array(z.enum(ORGANIZATION_ROLES))
  .max(5)
  .default(() => [...ADMINISTRATORS])
const label = text(80)

/** A key type: the policy under which keys are issued. Durations are seconds and instants milliseconds after parsing. */
export const keyType = z.strictObject({
  slug,
  label: label.optional(),
  description: text(1000).default(''),
  prefix: z.string().regex(PREFIX, 'Must be 1 to 20 of a-z, 0-9 and "_", neither beginning nor ending with "_".'),
  /** Alphanumerics after `prefix_`; the last six are the checksum. */
  secretLength: z.int().min(36).max(128).default(38),
  /** Entitlement an organization needs to be offered the type at all. */
  offeredWith: slug.nullable().default(null),
  naming: z.strictObject({ mode: z.enum(['required', 'optional', 'none']).default('optional'), unique: z.boolean().default(false) }).prefault({}),
  /** Which environments may hold it; null: every environment of the organization. */
  environments: z.array(slug).min(1).max(50).nullable().default(null),
  cap: z
    .strictObject({
      max: z.int().min(1).max(1_000_000),
      counts: z.enum(['notRemoved', 'active']).default('notRemoved'),
      per: z.enum(['organization', 'environment']).default('organization'),
    })
    .nullable()
    .default(null),
  expiry: z
    .strictObject({
      mode: z.enum(['none', 'optional', 'required']).default('optional'),
      presets: z.array(positiveDuration).max(20).default([]),
      max: positiveDuration.nullable().default(null),
      default: positiveDuration.nullable().default(null),
    })
    .prefault({}),
  activation: z.enum(['immediate', 'manual']).default('immediate'),
  visibility: z.enum(['once', 'retrievable']).default('once'),
  autoProvision: z.boolean().default(false),
  replace: z.strictObject({ allowed: z.boolean().default(true), overlapDefault: duration.default(0), overlapMax: duration.default(604_800) }).prefault({}),
  deactivate: z.boolean().default(true),
  remove: z.boolean().default(true),
  /** What a holder may do to the key himself (RFC 7009). */
  possession: z.enum(['revoke', 'deactivate', 'off']).default('off'),
  addresses: z
    .strictObject({
      mode: z.enum(['off', 'optional', 'required']).default('off'),
      /** `none`, or the list a new organization begins with for this type. */
      organizationList: z.union([z.literal('none'), addressRule]).default('none'),
    })
    .prefault({}),
  scopes: z.strictObject({ offered: z.array(offeredScope).max(200).default([]), default: z.array(scopeToken).max(200).default([]) }).prefault({}),
  /** May be presented to an API itself. False: only exchanged for session tokens. */
  direct: z.boolean().default(true),
  mints: z
    .strictObject({ lifetime: positiveDuration.refine((seconds) => seconds <= 86_400, 'Must be at most 1d.') })
    .nullable()
    .default(null),
  /** Which of an API's carriers this type may come in; null: any of them. */
  carriers: z.array(carrier).min(1).max(10).nullable().default(null),
  companions: z.array(companion).max(5).default([]),
  limits: z.array(typeLimit).max(5).default([]),
  roles: z.strictObject({ manage: roleSet, reveal: roleSet, stepUp: z.boolean().default(false) }).prefault({}),
  sunset: z.array(sunsetRule).max(20).default([]),
  /** Origin written into a key when the call that issues it names none. */
  origin: slug.nullable().default(null),
  presentation: z
    .strictObject({
      page: label.nullable().default(null),
      section: label.nullable().default(null),
      layout: z.enum(['list', 'single']).default('list'),
      labels: z.partialRecord(z.enum(['issue', 'activate', 'deactivate', 'replace', 'remove', 'reveal', 'update']), label).default({}),
    })
    .prefault({}),
})
export type KeyType = z.output<typeof keyType>
export type KeyTypeInput = z.input<typeof keyType>
