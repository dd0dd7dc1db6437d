import { inspect } from 'node:util'
import { redactSecrets } from '@keywright/core/secret/redact.ts'
import { pino, type Logger } from 'pino'

/** Names of fields whose value is never logged, whatever it is. */
const NEVER = ['secret', 'authorization', 'headers', 'body', 'cookie', 'token', 'managementKey', 'masterKey']

/**
 * Structured lines. Twice guarded: fields of certain names are censored, and from every finished line whatever looks like a
 * secret is cut, in whichever field, message or stack it came.
 */
export function createLog(level: string, write: (line: string) => void): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: NEVER.flatMap((name) => [name, `*.${name}`]), censor: '[redacted]' },
      serializers: { err: (error: unknown) => (error instanceof Error ? (error.stack ?? error.message) : inspect(error)) },
    },
    { write: (line: string) => write(redactSecrets(line)) },
  )
}
