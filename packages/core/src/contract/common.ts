import { z } from 'zod'

export const instantOut = z.string().describe('RFC 3339 instant in UTC.')

export const listQuery = {
  limit: z.coerce.number().int().min(1).max(100).default(50).describe('How many, 1 to 100.'),
  cursor: z.string().min(1).max(300).optional().describe('`nextCursor` of the page before.'),
}

/** Of a query: one value, or several separated by commas; an array after parsing. */
export const several = <Item extends z.ZodType<string, string>>(item: Item) =>
  z
    .string()
    .min(1)
    .max(4000)
    .transform((value) => value.split(','))
    .pipe(z.array(item).max(100))

/** A page of a list. */
export function page<Item extends z.ZodType>(item: Item) {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable() })
}

export const actor = z.object({
  kind: z.enum(['person', 'management-key', 'verifier-key', 'host', 'system']),
  id: z.string(),
  name: z.string().nullable(),
})

/** What `?confirm=true` adds to an answer: who refuses by now, and who may still accept until when. */
export const propagation = z.object({
  confirmed: z.int().describe('Verifiers elsewhere that have it.'),
  expired: z.int().describe('Verifiers elsewhere that were not heard of for so long that they refuse everything.'),
  mayAcceptUntil: z
    .array(z.object({ verifier: z.string(), until: instantOut.nullable().describe('Null: it serves on without bound.') }))
    .describe('Verifiers that may still decide by what was before, and until when at the latest.'),
  elapsedMs: z.int().describe('From the commit until this server and every verifier counted in `confirmed` decided by it.'),
  summary: z
    .string()
    .describe('For people, e.g. `refused everywhere: 12 of 12 verifiers, 41 ms`, or `this server: refused` where there are no verifiers elsewhere.'),
})
export type Propagation = z.output<typeof propagation>

/** E-mail addresses that can stand in a header field as they are: no quotes, brackets, spaces or control characters. */
export const email = z
  .string()
  .max(254, 'Must be at most 254 characters.')
  .regex(
    /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/,
    'Must be an e-mail address, such as "ops@example.com".',
  )

export const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.string(),
  errors: z.array(z.object({ path: z.string(), code: z.string(), message: z.string() })),
  requestId: z.string(),
  support: z.string().optional(),
})
