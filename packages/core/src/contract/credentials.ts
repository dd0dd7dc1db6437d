import { z } from 'zod'
import { addressRule, instant, slug, text } from '../configuration/fields.ts'
import { CAPABILITIES, ORGANIZATION_ROLES } from '../permissions.ts'
import { listQuery, page } from './common.ts'
import { issuedKey, key } from './keys.ts'
import type { Operation } from './operation.ts'

const name = text(100).trim().min(1, 'Must not be blank.')
const capabilities = z.array(z.enum(CAPABILITIES)).max(CAPABILITIES.length).default([])
const optional = { addresses: addressRule.default('any'), expiresAt: instant.nullable().default(null) }

export const issueVerifierKey = z.strictObject({
  name,
  apis: z.union([z.literal('all'), z.array(slug).min(1).max(100)], 'Must be "all" or a list of APIs.'),
  ...optional,
})
export type IssueVerifierKey = z.output<typeof issueVerifierKey>
export const issueManagementKey = z.strictObject({ name, capabilities, ...optional })
export type IssueManagementKey = z.output<typeof issueManagementKey>
export const issueOrganizationManagementKey = issueManagementKey.extend({ role: z.enum(ORGANIZATION_ROLES) })
export type IssueOrganizationManagementKey = z.output<typeof issueOrganizationManagementKey>

const OPERATOR_READ = { kind: 'installation', action: 'credentials:read' } as const
const OPERATOR = { kind: 'installation', action: 'credentials:manage', capability: 'credentials:manage' } as const
const READ = { kind: 'organization', action: 'credentials:read' } as const
const MANAGE = { kind: 'organization', action: 'credentials:manage', capability: 'credentials:manage' } as const
const ORGANIZATION = '/v1/organizations/{org}/management-keys'

export const credentialOperations = [
  {
    id: 'me.get',
    method: 'GET',
    path: '/v1/me',
    tag: 'Credentials',
    summary: 'Who this credential is and what it may do',
    authority: { kind: 'self' },
    success: {
      status: 200,
      schema: z.object({
        kind: z.string(),
        id: z.string(),
        name: z.string(),
        role: z.string(),
        capabilities: z.array(z.string()),
        organization: z.object({ id: z.string(), slug: z.string() }).nullable(),
        actions: z.array(z.string()),
      }),
    },
  },
  {
    id: 'verifier-keys.list',
    method: 'GET',
    path: '/v1/verifier-keys',
    tag: 'Credentials',
    summary: 'List verifier keys',
    authority: OPERATOR_READ,
    query: z.strictObject(listQuery),
    success: { status: 200, schema: page(key) },
  },
  {
    id: 'verifier-keys.issue',
    method: 'POST',
    path: '/v1/verifier-keys',
    tag: 'Credentials',
    summary: 'Issue a verifier key, bound to APIs',
    authority: OPERATOR,
    body: issueVerifierKey,
    success: { status: 201, schema: issuedKey },
    idempotent: true,
    answersSecret: true,
  },
  {
    id: 'verifier-keys.remove',
    method: 'DELETE',
    path: '/v1/verifier-keys/{key}',
    tag: 'Credentials',
    summary: 'Remove a verifier key',
    authority: OPERATOR,
    success: { status: 200, schema: key },
    takesAway: 'ends',
  },
  {
    id: 'management-keys.list',
    method: 'GET',
    path: '/v1/management-keys',
    tag: 'Credentials',
    summary: "List the operators' management keys",
    authority: OPERATOR_READ,
    query: z.strictObject(listQuery),
    success: { status: 200, schema: page(key) },
  },
  {
    id: 'management-keys.issue',
    method: 'POST',
    path: '/v1/management-keys',
    tag: 'Credentials',
    summary: "Issue an operator's management key",
    authority: OPERATOR,
    body: issueManagementKey,
    success: { status: 201, schema: issuedKey },
    idempotent: true,
    answersSecret: true,
  },
  {
    id: 'management-keys.remove',
    method: 'DELETE',
    path: '/v1/management-keys/{key}',
    tag: 'Credentials',
    summary: "Remove an operator's management key",
    authority: OPERATOR,
    success: { status: 200, schema: key },
    takesAway: 'ends',
  },
  {
    id: 'organization-management-keys.list',
    method: 'GET',
    path: ORGANIZATION,
    tag: 'Credentials',
    summary: "List an organization's management keys",
    authority: READ,
    query: z.strictObject(listQuery),
    success: { status: 200, schema: page(key) },
  },
  {
    id: 'organization-management-keys.issue',
    method: 'POST',
    path: ORGANIZATION,
    tag: 'Credentials',
    summary: "Issue a management key of an organization, with a role not above one's own",
    authority: MANAGE,
    body: issueOrganizationManagementKey,
    success: { status: 201, schema: issuedKey },
    idempotent: true,
    answersSecret: true,
  },
  {
    id: 'organization-management-keys.remove',
    method: 'DELETE',
    path: `${ORGANIZATION}/{key}`,
    tag: 'Credentials',
    summary: 'Remove a management key of an organization',
    authority: MANAGE,
    success: { status: 200, schema: key },
    takesAway: 'ends',
  },
  {
    id: 'secrets.identify',
    method: 'POST',
    path: '/v1/secrets:identify',
    tag: 'Credentials',
    summary: 'Whose key is this: for operators, and for the organization that owns it',
    authority: { kind: 'self' },
    body: z.strictObject({ secret: z.string().min(1).max(512) }),
    success: {
      status: 200,
      schema: z.object({
        found: z.boolean(),
        form: z.enum(['ok', 'malformed']),
        key: key.nullable(),
        secretVersion: z.int().nullable(),
        secretLive: z.boolean().nullable(),
      }),
    },
  },
] as const satisfies readonly Operation[]
