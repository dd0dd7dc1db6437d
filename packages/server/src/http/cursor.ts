import { AppError } from '@keywright/core/problem-code.ts'
import type { CreatedCursor } from '../store/page.ts'

/** Opaque to callers; holds nothing that they have not seen. */
export function printCursor(cursor: CreatedCursor | number | null): string | null {
  if (cursor === null) return null
  return Buffer.from(JSON.stringify(typeof cursor === 'number' ? [cursor] : [cursor.createdAt, cursor.id])).toString('base64url')
}

export function readCreatedCursor(text: string | undefined): CreatedCursor | undefined {
  if (text === undefined) return undefined
  const [createdAt, id] = read(text)
  if (typeof createdAt !== 'number' || !Number.isSafeInteger(createdAt) || typeof id !== 'string') throw wrongCursor()
  return { createdAt, id }
}

export function readNumberCursor(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const [number] = read(text)
  if (typeof number !== 'number' || !Number.isSafeInteger(number)) throw wrongCursor()
  return number
}

function read(text: string): unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
    if (Array.isArray(value)) return value
  } catch {
    // Said below.
  }
  throw wrongCursor()
}

function wrongCursor(): AppError {
  return new AppError('invalid_request', 'The cursor is not one of ours. Take `nextCursor` of the page before.', {
    errors: [{ path: 'query.cursor', code: 'invalid', message: 'Take `nextCursor` of the page before.' }],
  })
}
