import { z } from 'zod'
import { slug } from '../configuration/fields.ts'
import { KEY_STATUSES } from '../lifecycle.ts'
import { tag } from './keys.ts'
import type { Operation } from './operation.ts'

export const BULK_COMMANDS = ['activate', 'deactivate', 'remove'] as const
/** Keys that one call changes at most: it is one transaction. */
export const MOST_IN_BULK = 500

const filter = z
  .strictObject({
    type: slug.optional(),
    status: z.enum(KEY_STATUSES).optional(),
    environment: slug.optional(),
    tag: tag.optional(),
    q: z.string().min(1).max(100).optional().describe('Part of the name, an id, or the end of a hint.'),
    ids: z.array(z.string().max(64)).min(1).max(MOST_IN_BULK).optional(),
  })
  .refine((value) => Object.keys(value).length > 0, 'Name at least one thing to filter by: a command for every key there is, is not taken.')

export const bulkRequest = z
  .strictObject({
    command: z.enum(BULK_COMMANDS),
    filter,
    dryRun: z.boolean().default(true).describe('True: answers what would happen and changes nothing.'),
    expectedCount: z.int().min(0).optional().describe('`matched` of the dry run, or `remaining` of the page before. Needed unless dryRun is true.'),
    limit: z.int().min(1).max(MOST_IN_BULK).default(200),
    cursor: z.string().min(1).max(300).optional(),
  })
  .refine((value) => value.dryRun || value.expectedCount !== undefined, {
    path: ['expectedCount'],
    message: 'Say how many keys you expect: `matched` of a dry run. The command is refused if it is another number by then.',
  })
export type BulkRequest = z.output<typeof bulkRequest>

const touched = z.object({ id: z.string(), organization: z.string(), type: z.string(), environment: z.string(), name: z.string(), hint: z.string() })

export const bulkAnswer = z.object({
  command: z.enum(BULK_COMMANDS),
  dryRun: z.boolean(),
  matched: z.int().describe('Keys that the filter matches, from the cursor on.'),
  changed: z.array(touched.extend({ from: z.string(), to: z.string() })).describe('Of this page; with dryRun: what would be changed.'),
  unchanged: z.int().describe('Of this page: keys that are so already.'),
  refused: z.array(touched.extend({ code: z.string(), message: z.string() })).describe('Of this page: keys that stay as they are, and why.'),
  notFound: z.array(z.string()).describe('Ids of the filter that name no key here.'),
  remaining: z.int().describe('Keys after this page: `expectedCount` of the next call.'),
  nextCursor: z.string().nullable(),
})
export type BulkAnswer = z.output<typeof bulkAnswer>

const shared = { method: 'POST', tag: 'Keys', body: bulkRequest, success: { status: 200, schema: bulkAnswer }, takesAway: 'ends' } as const

export const bulkOperations = [
  {
    ...shared,
    id: 'keys.bulk',
    path: '/v1/organizations/{org}/keys:bulk',
    summary: 'Activate, deactivate or remove the keys that a filter matches; a dry run unless asked otherwise',
    authority: { kind: 'organization', action: 'keys:manage' },
  },
  {
    ...shared,
    id: 'installation-keys.bulk',
    path: '/v1/keys:bulk',
    summary: 'The same over all organizations',
    authority: { kind: 'installation', action: 'keys:manage' },
  },
] as const satisfies readonly Operation[]
