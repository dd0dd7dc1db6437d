import { z } from 'zod'
import { instantOut } from './common.ts'
import { MESSAGE_STATUSES } from './notices.ts'
import type { Operation } from './operation.ts'

/** How the installation is, for its operators. Names no path and no host of the machine it runs on. */
export const health = z.object({
  ready: z.boolean().describe('False while the server drains.'),
  version: z.string(),
  startedAt: instantOut,
  now: instantOut.describe("The server's clock."),
  publicUrl: z.string().nullable(),
  supportContact: z.string().nullable().describe('Whom refusals name for help.'),
  database: z.object({ kind: z.enum(['sqlite']), bytes: z.int(), organizations: z.int() }),
  changeLog: z.object({ head: z.int().describe('Number of the newest change.'), changedAt: instantOut.nullable() }),
  replica: z.object({
    keys: z.int().describe('Keys that this server can decide about.'),
    lag: z.int().describe('Changes that are stored and not in the replica yet.'),
  }),
  usage: z.object({
    backlog: z.int().describe('Rows of usage that wait to be stored.'),
    withoutAddress: z.int().describe('Refusals added up without key and address, for lack of room, since the start.'),
  }),
  journalBytes: z.int().describe('Size of the journal of revocations.'),
  auditEvents: z.int(),
  outbox: z.object({
    ...(Object.fromEntries(MESSAGE_STATUSES.map((status) => [status, z.int()])) as Record<(typeof MESSAGE_STATUSES)[number], z.ZodInt>),
    oldestQueuedAt: instantOut.nullable(),
  }),
  mailConfigured: z.boolean(),
  oidc: z.object({ label: z.string() }).nullable().describe('Single sign-on; null: there is none.'),
  lastBackup: z.object({ takenAt: instantOut, change: z.int() }).nullable().describe('Null: none was made by `keywright backup`.'),
  signingKey: z.object({ kid: z.string(), createdAt: instantOut }).nullable().describe('Null: no session token was ever minted.'),
})

export const healthOperations = [
  {
    id: 'installation.health',
    method: 'GET',
    path: '/v1/health',
    tag: 'Installation',
    summary: 'How the installation is: version, store, replica, mail, backup',
    authority: { kind: 'installation', action: 'configuration:read' },
    success: { status: 200, schema: health },
  },
] as const satisfies readonly Operation[]
