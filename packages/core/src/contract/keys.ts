import { z } from 'zod'
import { addressRule, instant, isWhole, limit, scopeToken, slug, text, WHOLE } from '../configuration/fields.ts'
import { KEY_STATUSES } from '../lifecycle.ts'
import { actor, instantOut, listQuery, page, several } from './common.ts'
import type { Operation } from './operation.ts'

export const name = text(100).trim()
export const tag = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.:-]{0,49}$/, 'Must be 1 to 50 letters, digits or "_.:-", beginning with a letter or digit.')
export const tags = z.array(tag).max(20)
export const metadata = z
  .record(z.string().regex(/^[A-Za-z0-9_.-]{1,50}$/, 'Must be 1 to 50 letters, digits or "_.-".'), z.string().max(500).refine(isWhole, WHOLE))
  .refine((value) => Object.keys(value).length <= 50, 'At most 50 entries.')
const expiry = {
  expiresInSeconds: z.int().min(1, 'Must be longer than zero.').max(3_153_600_000).optional(),
  expiresAt: instant.nullable().optional(),
}
const notBoth = (value: { expiresInSeconds?: unknown; expiresAt?: unknown }) => value.expiresInSeconds === undefined || value.expiresAt === undefined
const NOT_BOTH = { path: ['expiresAt'], message: 'Say expiresInSeconds or expiresAt, not both.' }

const lastSeen = z.object({ at: instantOut, address: z.string().nullable(), client: z.string().nullable(), secretVersion: z.int() })

export const key = z.object({
  id: z.string(),
  organization: z.object({ id: z.string(), slug: z.string() }),
  environment: z.string(),
  type: z.string(),
  name: z.string(),
  origin: z.string().nullable(),
  status: z.enum(KEY_STATUSES),
  hint: z.string(),
  scopes: z.array(z.string()),
  addresses: addressRule,
  limits: z
    .array(z.object({ calls: z.int(), per: z.string() }))
    .nullable()
    .describe("Null: the type's."),
  metadata: z.record(z.string(), z.string()),
  tags: z.array(z.string()),
  newestVersion: z.int(),
  versions: z
    .array(z.object({ number: z.int(), hint: z.string(), createdAt: instantOut, endsAt: instantOut.nullable(), live: z.boolean() }))
    .optional()
    .describe('Only where a single key is answered.'),
  expiresAt: instantOut.nullable(),
  retiresAt: instantOut.nullable(),
  nonCompliance: z.array(z.object({ code: z.string(), message: z.string() })).describe('Rules of the type that became stricter after this key was issued.'),
  lastSeen: lastSeen.nullable(),
  role: z.string().optional(),
  capabilities: z.array(z.string()).optional(),
  apis: z.union([z.literal('all'), z.array(z.string())]).optional(),
  createdBy: actor,
  createdAt: instantOut,
  updatedAt: instantOut,
})
export type KeyBody = z.output<typeof key>

export const issuedKey = z.object({ key, secret: z.string().describe('Shown once, unless the type is retrievable.') })

export const issueKey = z
  .strictObject({
    type: slug,
    name: name.optional(),
    environment: slug.optional(),
    origin: slug.optional(),
    ...expiry,
    scopes: z.array(scopeToken).max(200).optional(),
    addresses: addressRule.optional(),
    limits: z.array(limit).max(5).optional(),
    metadata: metadata.optional(),
    tags: tags.optional(),
  })
  .refine(notBoth, NOT_BOTH)
export type IssueKey = z.output<typeof issueKey>

export const updateKey = z
  .strictObject({
    name: name.optional(),
    scopes: z.array(scopeToken).max(200).optional(),
    addresses: addressRule.optional(),
    ...expiry,
    limits: z.array(limit).max(5).nullable().optional(),
    metadata: metadata.optional(),
    tags: tags.optional(),
  })
  .refine(notBoth, NOT_BOTH)
  .refine((value) => Object.keys(value).length > 0, 'Name at least one thing to change.')
export type UpdateKey = z.output<typeof updateKey>

export const replaceKey = z
  .strictObject({ expectedVersion: z.int().min(1), overlapSeconds: z.int().min(0).max(31_536_000).optional(), ...expiry })
  .refine(notBoth, NOT_BOTH)
export type ReplaceKey = z.output<typeof replaceKey>

const acceptingApi = z.object({
  slug: z.string(),
  label: z.string(),
  environment: z.string().nullable().describe('The one environment it serves; null: any.'),
  baseUrl: z.string().nullable().describe('Where clients reach it; null: not registered.'),
  carriers: z.array(z.record(z.string(), z.unknown())).describe('Where the key may stand, as in a configuration file.'),
  companions: z.array(z.record(z.string(), z.unknown())).describe('What must stand beside it, as in a configuration file; those of the type included.'),
  routes: z
    .array(z.object({ method: z.string(), path: z.string(), scopes: z.array(z.string()) }))
    .nullable()
    .describe('The first 50; null: any path.'),
})

const offer = z.object({
  type: z.string(),
  label: z.string(),
  description: z.string(),
  offered: z.boolean(),
  reason: z.object({ code: z.string(), message: z.string() }).nullable(),
  environments: z.array(z.string()),
  use: z.array(z.object({ environment: z.string().nullable(), used: z.int(), max: z.int().nullable() })),
  policy: z.record(z.string(), z.unknown()).describe('The type, in the form of a configuration file.'),
  apis: z.array(acceptingApi).describe('APIs that accept keys of the type, with what somebody who calls them must know.'),
})

const PATH = '/v1/organizations/{org}/keys'
const READ = { kind: 'organization', action: 'keys:read' } as const
const MANAGE = { kind: 'organization', action: 'keys:manage' } as const
const empty = z.strictObject({})

export const keyOperations = [
  {
    id: 'key-types.offers',
    method: 'GET',
    path: '/v1/organizations/{org}/key-types',
    tag: 'Keys',
    summary: 'What may be generated here, use against the cap, and why not',
    authority: READ,
    success: { status: 200, schema: z.object({ items: z.array(offer) }) },
  },
  {
    id: 'keys.list',
    method: 'GET',
    path: PATH,
    tag: 'Keys',
    summary: 'List keys, newest first',
    authority: READ,
    query: z.strictObject({
      ...listQuery,
      type: several(slug).optional().describe('Slug of a key type, or several separated by commas.'),
      status: several(z.enum(KEY_STATUSES)).optional().describe('A status, or several separated by commas.'),
      q: z.string().max(100).optional().describe('Part of the name, an id, or the end of a hint.'),
      environment: slug.optional(),
      tag: tag.optional(),
    }),
    success: { status: 200, schema: page(key) },
  },
  {
    id: 'keys.issue',
    method: 'POST',
    path: PATH,
    tag: 'Keys',
    summary: 'Issue a key',
    authority: MANAGE,
    body: issueKey,
    success: { status: 201, schema: issuedKey },
    idempotent: true,
    answersSecret: true,
  },
  {
    id: 'keys.get',
    method: 'GET',
    path: `${PATH}/{key}`,
    tag: 'Keys',
    summary: 'Read a key',
    authority: READ,
    success: { status: 200, schema: key },
    versioned: 'key',
  },
  {
    id: 'keys.update',
    method: 'PATCH',
    path: `${PATH}/{key}`,
    tag: 'Keys',
    summary: 'Change a key',
    authority: MANAGE,
    body: updateKey,
    success: { status: 200, schema: key },
    takesAway: 'changes',
    versioned: 'key',
  },
  {
    id: 'keys.remove',
    method: 'DELETE',
    path: `${PATH}/{key}`,
    tag: 'Keys',
    summary: 'Remove a key for ever; its record stays',
    authority: MANAGE,
    success: { status: 200, schema: key },
    takesAway: 'ends',
    versioned: 'key',
  },
  {
    id: 'keys.activate',
    method: 'POST',
    path: `${PATH}/{key}:activate`,
    tag: 'Keys',
    summary: 'Activate a key',
    authority: MANAGE,
    body: empty,
    bodyOptional: true,
    success: { status: 200, schema: key },
    versioned: 'key',
  },
  {
    id: 'keys.deactivate',
    method: 'POST',
    path: `${PATH}/{key}:deactivate`,
    tag: 'Keys',
    summary: 'Deactivate a key',
    authority: MANAGE,
    body: empty,
    bodyOptional: true,
    success: { status: 200, schema: key },
    takesAway: 'ends',
    versioned: 'key',
  },
  {
    id: 'keys.replace',
    method: 'POST',
    path: `${PATH}/{key}:replace`,
    tag: 'Keys',
    summary: 'Replace the secret, at once or with an overlap',
    authority: MANAGE,
    body: replaceKey,
    success: { status: 200, schema: issuedKey },
    idempotent: true,
    takesAway: 'ends',
    versioned: 'key',
    answersSecret: true,
  },
  {
    id: 'keys.finish-overlap',
    method: 'POST',
    path: `${PATH}/{key}:finish-overlap`,
    tag: 'Keys',
    summary: 'End the old secret now',
    authority: MANAGE,
    body: empty,
    bodyOptional: true,
    success: { status: 200, schema: key },
    takesAway: 'ends',
    versioned: 'key',
  },
  {
    id: 'keys.reveal',
    method: 'POST',
    path: `${PATH}/{key}:reveal`,
    tag: 'Keys',
    summary: 'Show the secret of a retrievable key again; audited',
    authority: { kind: 'organization', action: 'keys:reveal', capability: 'keys:reveal' },
    body: empty,
    bodyOptional: true,
    success: { status: 200, schema: z.object({ secret: z.string() }) },
    answersSecret: true,
  },
  {
    id: 'keys.check-address',
    method: 'POST',
    path: `${PATH}/{key}:check-address`,
    tag: 'Keys',
    summary: 'Would this address be let through, and by which rule',
    authority: READ,
    body: z.strictObject({ address: z.string().min(1).max(100) }),
    success: {
      status: 200,
      schema: z.object({
        address: z.string(),
        allowed: z.boolean(),
        rules: z.array(z.object({ list: z.enum(['key', 'organization']), allowed: z.boolean(), matched: z.string().nullable() })),
      }),
    },
  },
  {
    id: 'keys.usage',
    method: 'GET',
    path: `${PATH}/{key}/usage`,
    tag: 'Keys',
    summary: 'Last seen per secret version, and calls by minute or hour',
    authority: READ,
    query: z.strictObject({ from: instant.optional(), to: instant.optional(), per: z.enum(['minute', 'hour', 'day']).default('hour') }),
    success: {
      status: 200,
      schema: z.object({
        lastSeen: z.array(lastSeen.extend({ calls: z.int() })),
        series: z.array(z.object({ at: instantOut, decision: z.string(), calls: z.int() })),
        refusals: z.array(z.object({ reason: z.string(), address: z.string(), calls: z.int(), lastAt: instantOut })),
      }),
    },
  },
  {
    id: 'keys.events',
    method: 'GET',
    path: `${PATH}/{key}/events`,
    tag: 'Keys',
    summary: 'What happened to this key',
    authority: READ,
    query: z.strictObject(listQuery),
    success: { status: 200, schema: page(z.record(z.string(), z.unknown())) },
  },
] as const satisfies readonly Operation[]
