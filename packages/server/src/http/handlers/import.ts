import { type ImportQuery, MOST_IMPORTED } from '@keywright/core/contract/import.ts'
import { AppError } from '@keywright/core/problem-code.ts'
import { importKeys } from '../../management/keys/import/import-keys.ts'
import type { ImportLine } from '../../management/keys/import/plan-line.ts'
import { parseJson } from '../body.ts'
import { handler, type Handlers } from '../handler.ts'

export const importHandlers: Handlers = {
  'keys.import': handler<string | unknown[], ImportQuery>(async ({ context, caller, organizationId, body, query }) => {
    const { dryRun, allowOverCap, allowNonCompliant } = query
    const options = { dryRun: dryRun === 'true', allowOverCap: allowOverCap === 'true', allowNonCompliant: allowNonCompliant === 'true' }
    const lines = typeof body === 'string' ? readLines(body) : body.map((value, index): ImportLine => ({ line: index + 1, value }))
    return { body: await importKeys(context.services, caller, organizationId, lines, options) }
  }),
}

/** NDJSON: blank lines count as lines and say nothing. */
function readLines(text: string): ImportLine[] {
  const lines: ImportLine[] = []
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() !== '') lines.push({ line: index + 1, ...readLine(line) })
    if (lines.length > MOST_IMPORTED) throw new AppError('invalid_request', `At most ${MOST_IMPORTED} lines in one request; send the rest in another.`)
  }
  return lines
}

/** What is wrong with the line is said without a word of it: a secret stands there. */
function readLine(line: string): { value: unknown } | { value: undefined; problem: string } {
  try {
    return { value: parseJson(Buffer.from(line)) }
  } catch {
    return { value: undefined, problem: 'The line is not a JSON object.' }
  }
}
