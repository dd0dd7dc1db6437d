import { z } from 'zod'
import { addressRule, instant, scopeToken, slug } from '../configuration/fields.ts'
import { metadata, name, tags } from './keys.ts'
import type { Operation } from './operation.ts'

/** Lines of one request. */
export const MOST_IMPORTED = 10_000
/** As long as any secret that the decision looks up. */
const LONGEST_SECRET = 512

const visible = (most: number) => z.string().regex(new RegExp(`^[\\x21-\\x7e]{1,${most}}$`), `Must be 1 to ${most} visible ASCII characters without spaces.`)
const digest = z
  .string()
  .regex(
    /^(?:[0-9a-fA-F]{64}|[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]=?)$/,
    'Must be the SHA-256 of the secret: 64 hexadecimal digits, or 43 characters of base64url.',
  )

/** A key that exists already somewhere else; its secret may have any form. */
export const importedKey = z
  .strictObject({
    digest: digest.optional().describe('SHA-256 of the secret, hexadecimal or base64url.'),
    secret: visible(LONGEST_SECRET).optional().describe('Instead of the digest: the secret. It is not stored, unless the type is retrievable.'),
    type: slug,
    name: name.optional(),
    environment: slug.optional(),
    origin: slug.optional(),
    status: z.enum(['active', 'inactive']).default('active'),
    scopes: z.array(scopeToken).max(200).optional(),
    addresses: addressRule.optional(),
    expiresAt: instant.nullable().optional(),
    createdAt: instant.optional(),
    metadata: metadata.optional(),
    tags: tags.optional(),
    prefix: visible(20).optional().describe('What the secret begins with; shown as the first part of its hint.'),
    hint: z
      .string()
      .regex(/^[\x21-\x7e…]{1,30}$/, 'Must be 1 to 30 visible characters.')
      .optional()
      .describe('How the key was shown so far, as it is.'),
  })
  .refine((value) => (value.digest === undefined) !== (value.secret === undefined), { path: ['digest'], message: 'Say digest or secret: one of the two.' })
export type ImportedKey = z.output<typeof importedKey>

const note = z.object({ code: z.string(), message: z.string() })
export const importResult = z.object({
  line: z.int().describe('Line of the text, or place in the array; from 1.'),
  result: z.enum(['imported', 'would_import', 'present', 'refused']).describe('`present`: the same secret is there already; nothing was changed.'),
  key: z.string().nullable(),
  errors: z.array(note.extend({ path: z.string() })).describe('Why it was refused.'),
  remarks: z.array(note).describe('Rules it does not keep, where that was allowed, and what to know of it.'),
})
export type ImportResult = z.output<typeof importResult>

export const importAnswer = z.object({
  dryRun: z.boolean(),
  imported: z.int().describe('With dryRun: how many would be.'),
  present: z.int(),
  refused: z.int(),
  lines: z.array(importResult),
})
export type ImportAnswer = z.output<typeof importAnswer>

const flag = (sentence: string) => z.enum(['true', 'false']).default('false').describe(sentence)
export const importQuery = z.strictObject({
  dryRun: flag('Answers what would happen and changes nothing.'),
  allowOverCap: flag('Imports beyond the cap of a type, with a remark.'),
  allowNonCompliant: flag('Imports what breaks other rules of the type (name, expiry, addresses, scopes, package), with remarks.'),
})
export type ImportQuery = z.output<typeof importQuery>

export const importOperations = [
  {
    id: 'keys.import',
    method: 'POST',
    path: '/v1/organizations/{org}/keys:import',
    tag: 'Keys',
    summary: 'Take over keys that exist already, by digest or secret; each line has its own result',
    authority: { kind: 'organization', action: 'organization:administer' },
    query: importQuery,
    // Lines are looked at one by one: a mistake in one refuses that one.
    body: z.union([z.string(), z.array(z.unknown()).max(MOST_IMPORTED)]),
    consumes: ['application/x-ndjson', 'application/json'],
    bodyLimit: 8_388_608,
    success: { status: 200, schema: importAnswer },
  },
] as const satisfies readonly Operation[]
