import type { IncomingMessage } from 'node:http'
import { AppError } from '@keywright/core/problem-code.ts'

const DEEPEST = 32
/** Made once: making one takes longer than reading a body with it. */
const STRICT = new TextDecoder('utf-8', { fatal: true })

/** Whether a body comes with the request, by what its header says (RFC 9112 section 6.3). */
export function announcesBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0'
}

/** Bytes of a JSON body -> its value. @throws AppError `malformed_body` for bad UTF-8, bad JSON, and what is nested too deeply. */
export function parseJson(bytes: Uint8Array): unknown {
  const text = decodeUtf8(bytes)
  if (text.trim() === '') return undefined
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new AppError('malformed_body', `The body is not JSON: ${(error as Error).message.replace(/,? ?"[^]*$/, '').slice(0, 100)}.`)
  }
  refuseTraps(value)
  return value
}

/** @throws AppError `malformed_body` when the bytes are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return STRICT.decode(bytes)
  } catch {
    throw new AppError('malformed_body', 'The body is not UTF-8.')
  }
}

/** Walks without recursion, so that depth is an answer and not a crash. */
function refuseTraps(root: unknown): void {
  let level: unknown[] = [root]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > DEEPEST) throw new AppError('malformed_body', `The body is nested more than ${DEEPEST} levels deep.`)
    const next: unknown[] = []
    for (const value of level) {
      if (typeof value !== 'object' || value === null) continue
      if (!Array.isArray(value) && Object.hasOwn(value, '__proto__')) throw new AppError('malformed_body', 'The body has a field named "__proto__".')
      for (const member of Object.values(value)) next.push(member)
    }
    level = next
  }
}
