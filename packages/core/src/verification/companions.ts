import type { CompiledCompanion } from './compiled-api.ts'
import { countBodyField, readBody } from './json-body.ts'
import type { ClientRequest } from './request.ts'
import type { RouteMatch } from './routes.ts'

/** `absent`: not there or blank. `repeated`: there more than once, so that two readers may see two values. */
export type CompanionValue = { kind: 'value'; value: string } | { kind: 'absent' } | { kind: 'repeated' }

const ABSENT: CompanionValue = { kind: 'absent' }
const REPEATED: CompanionValue = { kind: 'repeated' }

/** Reads a second identifier from the request: the organization or environment that the client says it speaks for. */
export function readCompanion(companion: CompiledCompanion, request: ClientRequest, route: RouteMatch): CompanionValue {
  const read = readRaw(companion, request, route)
  if (read.kind !== 'value') return read
  const trimmed = read.value.trim()
  if (trimmed === '') return ABSENT
  return { kind: 'value', value: companion.fold === 'lowercase' ? trimmed.toLowerCase() : trimmed }
}

function readRaw(companion: CompiledCompanion, request: ClientRequest, route: RouteMatch): CompanionValue {
  if (companion.from === 'header') return single(request.headers[companion.key])
  if (companion.from === 'path') return route.kind === 'matched' ? text(route.parameters[companion.key]) : ABSENT
  if (companion.from === 'host') return readHost(companion, request)
  const fields = readBody(request.body)
  if (fields === null || !Object.hasOwn(fields, companion.key)) return ABSENT
  if (typeof request.body === 'string' && countBodyField(request.body, companion.key) > 1) return REPEATED
  const value = fields[companion.key]
  return text(typeof value === 'number' ? String(value) : typeof value === 'string' ? value : undefined)
}

function readHost(companion: CompiledCompanion, request: ClientRequest): CompanionValue {
  const field = request.host === undefined ? single(request.headers.host) : text(request.host)
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
