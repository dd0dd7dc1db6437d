import type { CompiledCompanion } from './compiled-api.ts'
import { countBodyField, readBody } from './json-body.ts'
import { type ClientRequest, headerField } from './request.ts'
import type { RouteMatch } from './routes.ts'

/**
 * `absent`: not there or blank. `repeated`: there more than once, so that two readers may see two values. `unreadable`: a list,
 * an object, a boolean, or a number that JSON readers round, so that the API behind may read another name than we do.
 */
export type CompanionValue = { kind: 'value'; value: string } | { kind: 'absent' } | { kind: 'repeated' } | { kind: 'unreadable' }

const ABSENT: CompanionValue = { kind: 'absent' }
const UNREADABLE: CompanionValue = { kind: 'unreadable' }
const REPEATED: CompanionValue = { kind: 'repeated' }

/** Reads a second identifier from the request: the organization or environment that the client says it speaks for. */
export function readCompanion(companion: CompiledCompanion, request: ClientRequest, route: RouteMatch): CompanionValue {
  const read = readRaw(companion, request, route)
  if (read.kind !== 'value') return read
  if (read.value.trim() === '') return ABSENT
  // White space around a header's value is not part of it (RFC 9110 section 5.5); anywhere else the API would see it.
  const value = companion.from === 'header' ? read.value.trim() : read.value
  return { kind: 'value', value: companion.fold === 'lowercase' ? value.toLowerCase() : value }
}

function readRaw(companion: CompiledCompanion, request: ClientRequest, route: RouteMatch): CompanionValue {
  if (companion.from === 'header') return single(headerField(request.headers, companion.key))
  if (companion.from === 'path') return route.kind === 'matched' ? text(route.parameters[companion.key]) : ABSENT
  if (companion.from === 'host') return readHost(companion, request)
  const fields = readBody(request.body)
  if (fields === null || !Object.hasOwn(fields, companion.key)) return ABSENT
  if (typeof request.body === 'string' && countBodyField(request.body, companion.key) > 1) return REPEATED
  const value = fields[companion.key]
  if (value === null) return ABSENT
  if (typeof value === 'string') return text(value)
  return Number.isSafeInteger(value) ? text(String(value)) : UNREADABLE
}

function readHost(companion: CompiledCompanion, request: ClientRequest): CompanionValue {
  const field = request.host === undefined ? single(headerField(request.headers, 'host')) : text(request.host)
  if (field.kind !== 'value') return field
  const host = field.value.trim().toLowerCase().replace(/:\d+$/, '').replace(/\.$/, '')
  const { before, after } = companion
  if (host.length <= before.length + after.length || !host.startsWith(before) || !host.endsWith(after)) return ABSENT
  return text(host.slice(before.length, host.length - after.length))
}

function single(field: string | readonly string[] | undefined): CompanionValue {
  if (typeof field === 'string' || field === undefined) return text(field)
  return field.length > 1 ? REPEATED : text(field[0])
}

function text(value: string | undefined): CompanionValue {
  return value === undefined ? ABSENT : { kind: 'value', value }
}
