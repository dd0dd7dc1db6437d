import { z } from 'zod'
import { instantOut } from './common.ts'
import type { Operation } from './operation.ts'

export const VERIFIER_STATUSES = ['live', 'catching-up', 'silent', 'unbounded', 'expired'] as const

/** A process elsewhere that decides by a replica of its own. */
export const verifier = z.object({
  id: z.string().describe('Random for each process.'),
  name: z.string().describe('What it calls itself.'),
  host: z.string(),
  pid: z.int(),
  sdk: z.string().describe('Version of the SDK.'),
  address: z.string().nullable().describe('Where it connects from.'),
  verifierKey: z.string().describe('Id of its verifier key.'),
  apis: z.array(z.string()).describe('Slugs of the APIs that it decides for.'),
  status: z
    .enum(VERIFIER_STATUSES)
    .describe(
      '`live`: it gets every change at once. `catching-up`: connected, and being sent what it missed. `silent`: not connected, and may decide by what it knows until its bound is over. `unbounded`: not connected, and serves on without bound. `expired`: not connected, and refuses everything by now.',
    ),
  onStale: z.enum(['refuse', 'serve']).describe('What it does when its bound is over.'),
  stalenessSeconds: z.int().describe('How long it decides without hearing from the server.'),
  mayAcceptUntil: instantOut.nullable().describe('Until when at the latest it decides if it hears nothing more; null: without end.'),
  change: z.int().nullable().describe('Number of the last change that it decides by; null: not connected.'),
  lag: z.int().nullable().describe('Changes that it does not have yet; null: not connected.'),
  keys: z.int().nullable().describe('Keys in its replica; null: not connected.'),
  decisionsPerSecond: z.number().nullable().describe('In the second before its last ping; null: not connected.'),
  usageDropped: z.int().nullable().describe('Verifications that it could not report, for lack of room, since it started; null: not connected.'),
  connectedAt: instantOut.describe('When it connected last.'),
  lastHeardAt: instantOut,
})

export const verifierOperations = [
  {
    id: 'verifiers.list',
    method: 'GET',
    path: '/v1/verifiers',
    tag: 'Verification',
    summary: 'Verifiers elsewhere: where each runs, how far it is, and until when it may decide',
    authority: { kind: 'installation', action: 'credentials:read' },
    success: { status: 200, schema: z.object({ change: z.int().describe('Number of the newest change.'), items: z.array(verifier) }) },
  },
  {
    id: 'verifiers.forget',
    method: 'DELETE',
    path: '/v1/verifiers/{verifier}',
    tag: 'Verification',
    summary: 'Say that a verifier that is not connected runs no more: it is waited for and listed no longer',
    authority: { kind: 'installation', action: 'credentials:manage', capability: 'credentials:manage' },
    success: { status: 204 },
  },
] as const satisfies readonly Operation[]
