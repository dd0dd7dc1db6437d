import { z } from 'zod'
import { instant } from '../configuration/fields.ts'
import { actor, instantOut, listQuery, page } from './common.ts'
import type { Operation } from './operation.ts'

export const auditEvent = z.object({
  number: z.int(),
  id: z.string(),
  at: instantOut,
  organizationId: z.string().nullable(),
  action: z.string(),
  actor,
  subject: z.object({ kind: z.string(), id: z.string() }),
  detail: z.record(z.string(), z.unknown()),
  personal: z
    .record(z.string(), z.string())
    .nullable()
    .describe('What is about a person, and the salt of its hash in `detail.personal`. Null: there is none, or it was erased; the chain proves the rest.'),
  requestId: z.string().nullable(),
  previousHash: z.string(),
  hash: z.string(),
})
export type AuditEventBody = z.output<typeof auditEvent>

const filters = {
  action: z.string().max(100).optional().describe('An action, e.g. `key.issued`, or its first part, e.g. `key`.'),
  subject: z.string().max(100).optional().describe('Id of what it is about.'),
  actor: z.string().max(100).optional().describe('Id of who did it.'),
  from: instant.optional(),
  to: instant.optional(),
  q: z
    .string()
    .min(1)
    .max(100)
    .optional()
    .describe('Part of a name, an id or a fact, in either case. A page of a list looks at 5,000 events at most, so it may be short: `nextCursor` goes on.'),
}
const listed = z.strictObject({ ...listQuery, ...filters })
const exported = z.strictObject({ ...filters, format: z.enum(['ndjson', 'csv']).default('ndjson') })
const EXPORT = { status: 200, contentTypes: ['application/x-ndjson', 'text/csv'] } as const
const ORGANIZATION = '/v1/organizations/{org}/audit-events'

export const auditOperations = [
  {
    id: 'audit-events.list',
    method: 'GET',
    path: '/v1/audit-events',
    tag: 'Audit',
    summary: 'Audit events of the whole installation, newest first',
    authority: { kind: 'installation', action: 'audit:read' },
    query: listed,
    success: { status: 200, schema: page(auditEvent) },
  },
  {
    id: 'audit-events.export',
    method: 'GET',
    path: '/v1/audit-events:export',
    tag: 'Audit',
    summary: 'Export the audit events of the whole installation, oldest first',
    authority: { kind: 'installation', action: 'audit:read' },
    query: exported,
    success: EXPORT,
  },
  {
    id: 'organization-audit-events.list',
    method: 'GET',
    path: ORGANIZATION,
    tag: 'Audit',
    summary: 'Audit events of an organization, newest first',
    authority: { kind: 'organization', action: 'audit:read' },
    query: listed,
    success: { status: 200, schema: page(auditEvent) },
  },
  {
    id: 'organization-audit-events.export',
    method: 'GET',
    path: `${ORGANIZATION}:export`,
    tag: 'Audit',
    summary: 'Export the audit events of an organization, oldest first',
    authority: { kind: 'organization', action: 'audit:read' },
    query: exported,
    success: EXPORT,
  },
] as const satisfies readonly Operation[]
