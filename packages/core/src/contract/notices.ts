import { z } from 'zod'
import { sunsetRule } from '../configuration/key-type.ts'
import { instantOut, listQuery, page } from './common.ts'
import type { Operation } from './operation.ts'

/** `queued`: will be sent. `kept`: no mail server is set up, or nobody to write to. `failed`: given up after all attempts. */
export const MESSAGE_STATUSES = ['queued', 'sent', 'kept', 'failed'] as const
export type MessageStatus = (typeof MESSAGE_STATUSES)[number]

const message = z.object({
  id: z.string(),
  organization: z.object({ id: z.string(), slug: z.string() }),
  kind: z.enum(['sunset', 'expiry', 'sign-in-link', 'password-reset', 'invitation', 'second-factor']),
  status: z.enum(MESSAGE_STATUSES),
  recipients: z.array(z.string()),
  subject: z.string(),
  attempts: z.int(),
  nextAttemptAt: instantOut.nullable(),
  lastError: z.string().nullable(),
  createdAt: instantOut,
  sentAt: instantOut.nullable(),
})
const wholeMessage = message.extend({
  text: z.string().describe("Empty where the message carries a link and is not kept for want of a mail server: then the link is its recipient's alone."),
  html: z.string(),
})

const affectedKey = z.object({
  id: z.string(),
  organization: z.object({ id: z.string(), slug: z.string() }),
  environment: z.string(),
  name: z.string(),
  origin: z.string().nullable(),
  hint: z.string(),
  status: z.string(),
  lastSeen: z.object({ at: instantOut, address: z.string().nullable(), client: z.string().nullable() }).nullable(),
})

/** A sunset rule as a key type has it, and which page of the keys. */
export const previewRequest = sunsetRule.safeExtend({ limit: z.int().min(1).max(100).default(50), cursor: z.string().min(1).max(300).optional() })
export type PreviewRequest = z.output<typeof previewRequest>

export const sunsetPreview = z.object({
  type: z.string(),
  origin: z.string().nullable(),
  deprecatedAt: instantOut,
  retiresAt: instantOut,
  successor: z.string().nullable(),
  keys: z.int().describe('Keys that would be retired: not removed, and not expired before.'),
  organizations: z.int(),
  byOrganization: z
    .array(
      z.object({
        id: z.string(),
        slug: z.string(),
        name: z.string(),
        keys: z.int(),
        lastSeenAt: instantOut.nullable(),
        contacts: z.int().describe('How many addresses would be written to: contacts, owners and administrators.'),
      }),
    )
    .describe('Those with the most keys first, at most 1000; with the first page only.'),
  notices: z.array(z.object({ days: z.int(), at: instantOut, passed: z.boolean() })).describe('When organizations would be told.'),
  items: z.array(affectedKey),
  nextCursor: z.string().nullable(),
})

const OPERATOR = { kind: 'installation', action: 'organization:administer' } as const

export const noticeOperations = [
  {
    id: 'key-types.preview-sunset',
    method: 'POST',
    path: '/v1/key-types/{type}:preview-sunset',
    tag: 'Configuration',
    summary: 'Whom a sunset rule would hit; nothing changes',
    authority: { kind: 'installation', action: 'configuration:read' },
    body: previewRequest,
    success: { status: 200, schema: sunsetPreview },
  },
  {
    id: 'outbox.list',
    method: 'GET',
    path: '/v1/outbox',
    tag: 'Outbox',
    summary: 'List messages to organizations, newest first',
    authority: OPERATOR,
    query: z.strictObject({ ...listQuery, status: z.enum(MESSAGE_STATUSES).optional() }),
    success: { status: 200, schema: page(message) },
  },
  {
    id: 'outbox.get',
    method: 'GET',
    path: '/v1/outbox/{message}',
    tag: 'Outbox',
    summary: 'Read a message with its text; reading a link that could not be sent is audited',
    authority: OPERATOR,
    success: { status: 200, schema: wholeMessage },
  },
  {
    id: 'outbox.resend',
    method: 'POST',
    path: '/v1/outbox/{message}:resend',
    tag: 'Outbox',
    summary: 'Send a message again, to whom it would go now; one with a link to the same address',
    authority: OPERATOR,
    body: z.strictObject({}),
    bodyOptional: true,
    success: { status: 200, schema: wholeMessage },
  },
] as const satisfies readonly Operation[]
