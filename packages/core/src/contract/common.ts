import { z } from 'zod'

export const instantOut = z.string().describe('RFC 3339 instant in UTC.')

export const listQuery = {
  limit: z.coerce.number().int().min(1).max(100).default(50).describe('How many, 1 to 100.'),
  cursor: z.string().min(1).max(300).optional().describe('`nextCursor` of the page before.'),
}

/** A page of a list. */
export function page<Item extends z.ZodType>(item: Item) {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable() })
}

export const actor = z.object({
  kind: z.enum(['management-key', 'verifier-key', 'host', 'system']),
  id: z.string(),
  name: z.string().nullable(),
})

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
