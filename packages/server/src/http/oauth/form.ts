import type { z } from 'zod'
import { OAuthError } from './oauth-error.ts'

/**
 * A form's fields, checked by the operation's schema. RFC 6749 section 3.1: a parameter without a value counts as left out, none may stand twice.
 * Unknown ones are refused where the RFC lets us ignore them: a restriction that is not understood must not be dropped.
 */
export function readForm<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const fields: Record<string, string> = {}
  for (const [name, value] of new URLSearchParams(typeof body === 'string' ? body : '')) {
    if (Object.hasOwn(fields, name)) throw new OAuthError('invalid_request', `The parameter "${shown(name)}" stands more than once.`)
    if (value !== '') Object.defineProperty(fields, name, { value, enumerable: true, configurable: true, writable: true })
  }
  const parsed = schema.safeParse(fields)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const name = issue?.code === 'unrecognized_keys' ? issue.keys[0] : String(issue?.path[0] ?? '')
  const missing = issue?.code !== 'unrecognized_keys' && name !== undefined && !Object.hasOwn(fields, name)
  throw new OAuthError(
    'invalid_request',
    `The parameter "${shown(name ?? '')}" is ${missing ? 'missing' : issue?.code === 'unrecognized_keys' ? 'not known here' : 'wrong'}.`,
  )
}

/** RFC 6749 section 5.2 allows few characters in a description; a name of theirs may hold anything. */
function shown(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9_-]/g, '?').slice(0, 40)
}
