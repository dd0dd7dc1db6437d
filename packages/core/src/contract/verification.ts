import { z } from 'zod'
import { scopeToken, slug } from '../configuration/fields.ts'
import { DENY_REASONS, type DenyReason } from '../verification/decision.ts'
import { instantOut } from './common.ts'
import type { Operation } from './operation.ts'

const header = z.union([z.string(), z.array(z.string()).max(50)])

export const verifyRequest = z
  .strictObject({
    api: slug.optional(),
    secret: z.string().max(10_000).optional(),
    request: z
      .strictObject({
        method: z.string().min(1).max(20),
        path: z.string().min(1).max(8_192).describe('The request target: path with query.'),
        headers: z.record(z.string().max(200), header),
        host: z.string().max(300).optional(),
        body: z.unknown().optional().describe('The JSON body: its text (then a repeated field is seen) or its object.'),
      })
      .optional(),
    ip: z.string().max(100).nullable().optional().describe("The end client's address."),
    requiredScopes: z.array(scopeToken).max(50).optional(),
    types: z.array(slug).max(100).optional(),
    organization: z.string().min(1).max(100).optional(),
    environment: slug.optional(),
    cost: z.int().min(0).max(1_000_000).optional(),
  })
  .refine((value) => (value.secret === undefined) !== (value.request === undefined), { path: ['secret'], message: 'Say secret or request: one of the two.' })
export type VerifyRequest = z.output<typeof verifyRequest>

const verifiedKey = z.object({
  id: z.string(),
  type: z.string(),
  organization: z.string(),
  organizationId: z.string(),
  environment: z.string(),
  scopes: z.array(z.string()),
  name: z.string(),
  secretVersion: z.int(),
  expiresAt: instantOut.nullable(),
  session: z
    .object({ id: z.string(), expiresAt: instantOut, audience: z.string().nullable() })
    .optional()
    .describe('Where a session token was presented: all else is of the key it was minted with.'),
})

const rateLimits = z
  .array(z.object({ calls: z.int(), perSeconds: z.int(), remaining: z.int(), resetSeconds: z.int() }))
  .optional()
  .describe('Where limits hold: what is left of each, and when all of it is back if nothing more is spent.')

export const verifyAnswer = z.discriminatedUnion('valid', [
  z.object({
    valid: z.literal(true),
    key: verifiedKey,
    deprecation: z.object({ deprecatedAt: instantOut, retiresAt: instantOut, successor: z.string().nullable() }).optional(),
    retirement: z
      .object({ retiresAt: instantOut, successor: z.string().nullable() })
      .optional()
      .describe('From the first notice day of a sunset on, or its deprecation where that is earlier.'),
    expiry: z.object({ expiresAt: instantOut }).optional().describe('From 30 days before the key expires.'),
    rateLimits,
    carrierChecked: z.boolean().describe('False where no API was named or only the secret was sent: carrier rules were not applied.'),
    companionsChecked: z.boolean(),
    requestId: z.string(),
  }),
  z.object({
    valid: z.literal(false),
    reason: z.enum(Object.keys(DENY_REASONS) as [DenyReason, ...DenyReason[]]),
    detail: z.string().optional(),
    status: z.int().describe('What to answer the end client.'),
    retryAfterSeconds: z.int().optional(),
    missing: z.array(z.string()).optional(),
    successor: z.string().optional(),
    rateLimits,
    key: verifiedKey.optional(),
    requestId: z.string(),
  }),
])

export const verificationOperations = [
  {
    id: 'verify',
    method: 'POST',
    path: '/v1/verify',
    tag: 'Verification',
    summary: 'May this secret, or this request, do this now',
    authority: { kind: 'verifier' },
    body: verifyRequest,
    success: { status: 200, schema: verifyAnswer },
  },
] as const satisfies readonly Operation[]
