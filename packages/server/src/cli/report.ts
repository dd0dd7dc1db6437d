import { AppError } from '@keywright/core/problem-code.ts'
import { KeywrightError } from '@keywright/sdk/client/keywright-error.ts'
import { Declined, EXIT, Interrupted, UsageError, visible, type Io } from './io.ts'

const NO_ANSWER = new Set<string>(['unreachable', 'timed_out'])
/** The client could not even be made: what stands in the environment or on the command line is wrong. */
const WRONG_SETTING = new Set<string>(['invalid_url', 'insecure_url', 'invalid_key', 'invalid_argument'])

/** Prints what went wrong on stderr, for people or as `{"error": {...}}`; answers the exit code. */
export function report(io: Io, error: unknown, json: boolean): number {
  if (error instanceof Interrupted) return EXIT.interrupted
  if (error instanceof Declined) {
    io.stderr.write(`${error.message}\n`)
    return EXIT.failed
  }
  if (json) io.stderr.write(`${JSON.stringify({ error: describe(error) })}\n`)
  else io.stderr.write(`${sentences(error).map(visible).join('\n')}\n`)
  return exitCode(error)
}

function exitCode(error: unknown): number {
  if (error instanceof UsageError) return EXIT.usage
  if (!(error instanceof KeywrightError)) return EXIT.failed
  if (NO_ANSWER.has(error.code)) return EXIT.unreachable
  return WRONG_SETTING.has(error.code) ? EXIT.usage : EXIT.failed
}

/** Host commands fail in the words of the use cases, remote ones in those of the answer: people read the same. */
function asKeywrightError(error: unknown): KeywrightError | null {
  if (error instanceof AppError) return new KeywrightError({ code: error.code, detail: error.message, errors: error.errors, extra: error.extra })
  return error instanceof KeywrightError ? error : null
}

function describe(error: unknown): Record<string, unknown> {
  const known = asKeywrightError(error)
  if (known !== null) return known.toJSON()
  return { code: error instanceof UsageError ? 'usage' : 'internal', status: null, detail: message(error), errors: [], requestId: null, support: null }
}

function sentences(error: unknown): string[] {
  const known = asKeywrightError(error)
  if (known === null) return [`error: ${message(error)}`]
  return [
    // Where every mistake has its own line below, a message that lists them again says them twice.
    `error: ${known.errors.length === 0 ? known.message : (known.message.split('\n')[0] as string)} (${known.code})`,
    ...known.errors.map((entry) => `  ${entry.path === '' ? '' : `${entry.path}: `}${entry.message}`),
    ...(known.support === null ? [] : [`Who can help: ${known.support}`]),
    ...(known.requestId === null ? [] : [`Request: ${known.requestId}`]),
  ]
}

/** Never a stack trace. */
function message(error: unknown): string {
  return error instanceof Error && error.message !== '' ? error.message : 'Something went wrong.'
}
