import { AppError, type FieldError } from '@keywright/core/problem-code.ts'
import type { z } from 'zod'
import { describeIssues, sentenceFor } from '../management/configuration/describe-issues.ts'

/** Part of a request -> its parsed form; every mistake at once, each with its path. */
export function validate<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  part: 'body' | 'query',
): { value: z.output<Schema> | undefined; errors: FieldError[] } {
  const parsed = schema.safeParse(value, { error: sentenceFor })
  if (parsed.success) return { value: parsed.data, errors: [] }
  const errors = describeIssues(parsed.error.issues, value).map((error) => (part === 'query' ? { ...error, path: `query.${error.path}` } : error))
  return { value: undefined, errors }
}

/** More mistakes than this are counted, not listed: nobody reads them, and a body may hold very many. */
const MOST_ERRORS = 100

export function refuseIf(errors: readonly FieldError[]): void {
  if (errors.length === 0) return
  const detail = errors.length === 1 ? (errors[0] as FieldError).message : `The request has ${errors.length} mistakes.`
  const more = { path: '', code: 'more_errors', message: `There are ${errors.length - MOST_ERRORS} more mistakes.` }
  throw new AppError('invalid_request', detail, { errors: errors.length > MOST_ERRORS ? [...errors.slice(0, MOST_ERRORS), more] : [...errors] })
}
