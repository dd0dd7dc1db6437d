import { z } from 'zod'
import { slug, text } from '../configuration/fields.ts'
import { looksLikeId } from '../id.ts'
import { email, instantOut, listQuery, page } from './common.ts'
import type { Operation } from './operation.ts'

const organizationSlug = slug.refine((value) => !looksLikeId(value), 'Must not look like an id.')
/** Partner names and vendor ids: what a companion may call an organization. Matched exactly, unless the companion folds. */
const alias = z
  .string()
  .regex(/^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9])?$/, 'Must be 1 to 100 letters, digits, ".", "_" or "-", beginning and ending with a letter or digit.')
  .refine((value) => !looksLikeId(value), 'Must not look like an id.')
const name = text(100).trim().min(1, 'Must not be blank.')

export const organization = z.object({
  id: z.string(),
  slug: z.string(),
  name: z.string(),
  status: z.enum(['active', 'suspended', 'removed']),
  aliases: z.array(z.string()),
  entitlements: z.array(z.string()),
  environments: z.array(z.string()),
  contacts: z.array(z.string()).describe('Who is written to before keys end, beside its owners and administrators.'),
  createdAt: instantOut,
  updatedAt: instantOut,
})

export const createOrganization = z.strictObject({
  slug: organizationSlug,
  name: name.optional(),
  aliases: z.array(alias).max(20).default([]),
  entitlements: z.array(slug).max(500).default([]),
  /** Default: the installation's environments. */
  environments: z.array(slug).min(1).max(50).optional(),
  contacts: z.array(email).max(20).default([]),
})
export type CreateOrganization = z.output<typeof createOrganization>

export const updateOrganization = z
  .strictObject({
    name: name.optional(),
    slug: organizationSlug.optional(),
    status: z.enum(['active', 'suspended']).optional(),
    aliases: z.array(alias).max(20).optional(),
    entitlements: z.array(slug).max(500).optional(),
    environments: z.array(slug).min(1).max(50).optional(),
    contacts: z.array(email).max(20).optional(),
  })
  .refine((value) => Object.keys(value).length > 0, 'Name at least one thing to change.')
export type UpdateOrganization = z.output<typeof updateOrganization>

const standing = organization.extend({
  affected: z.object({ keys: z.int(), managementKeys: z.int() }).describe('Keys that are not removed: refused while the organization is suspended.'),
})
const ADMINISTER = { kind: 'organization', action: 'organization:administer' } as const

export const organizationOperations = [
  {
    id: 'organizations.list',
    method: 'GET',
    path: '/v1/organizations',
    tag: 'Organizations',
    summary: 'List organizations',
    authority: { kind: 'installation', action: 'organization:administer' },
    query: z.strictObject({
      ...listQuery,
      q: z.string().max(100).optional().describe('Part of name, slug or alias.'),
      status: z.enum(['active', 'suspended', 'removed']).optional(),
    }),
    success: { status: 200, schema: page(organization) },
  },
  {
    id: 'organizations.create',
    method: 'POST',
    path: '/v1/organizations',
    tag: 'Organizations',
    summary: 'Create an organization. Where the installation lets people do so, whoever is signed in may, with slug and name alone, and becomes its owner',
    authority: { kind: 'creator', action: 'organization:administer' },
    body: createOrganization,
    success: { status: 201, schema: organization },
    idempotent: true,
  },
  {
    id: 'organizations.get',
    method: 'GET',
    path: '/v1/organizations/{org}',
    tag: 'Organizations',
    summary: 'Read an organization',
    authority: { kind: 'organization', action: 'organization:read' },
    success: { status: 200, schema: organization },
    versioned: 'organization',
  },
  {
    id: 'organizations.update',
    method: 'PATCH',
    path: '/v1/organizations/{org}',
    tag: 'Organizations',
    summary: "Change an organization; all but its name and contacts is the operator's to change",
    authority: { kind: 'organization', action: 'organization:update' },
    body: updateOrganization,
    success: { status: 200, schema: organization },
    takesAway: 'changes',
    versioned: 'organization',
  },
  {
    id: 'organizations.remove',
    method: 'DELETE',
    path: '/v1/organizations/{org}',
    tag: 'Organizations',
    summary: 'Remove an organization and every key of it; its records and its slug stay',
    authority: { kind: 'organization', action: 'organization:administer' },
    success: { status: 204 },
    takesAway: 'ends',
    versioned: 'organization',
  },
  {
    id: 'organizations.suspend',
    method: 'POST',
    path: '/v1/organizations/{org}:suspend',
    tag: 'Organizations',
    summary: 'Refuse every key of an organization, its management keys too, until it is restored',
    authority: ADMINISTER,
    body: z.strictObject({ reason: text(500).trim().optional() }),
    bodyOptional: true,
    success: { status: 200, schema: standing },
    takesAway: 'ends',
    versioned: 'organization',
  },
  {
    id: 'organizations.restore',
    method: 'POST',
    path: '/v1/organizations/{org}:restore',
    tag: 'Organizations',
    summary: 'End a suspension: keys answer as they would have without it',
    authority: ADMINISTER,
    body: z.strictObject({ reason: text(500).trim().optional() }),
    bodyOptional: true,
    success: { status: 200, schema: standing },
    versioned: 'organization',
  },
] as const satisfies readonly Operation[]
