import type { CompiledQuery } from 'kysely'
import type { SqlValue, Statement, Wanted } from './protocol.ts'

/** A compiled query -> what is sent to the worker. */
export function toStatement(query: CompiledQuery<unknown>, wanted: Wanted): Statement {
  return [query.sql, query.parameters.map(toSqlValue), wanted]
}

function toSqlValue(value: unknown): SqlValue {
  // A Buffer out of Node's pool would take the whole pool along into the message.
  if (value instanceof Uint8Array) return value.byteLength === value.buffer.byteLength && value.constructor === Uint8Array ? value : new Uint8Array(value)
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint') return value
  throw new TypeError(`A ${value === undefined ? 'missing value' : typeof value} cannot be a parameter of a statement.`)
}
