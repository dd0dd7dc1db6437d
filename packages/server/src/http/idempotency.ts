import { createHash } from 'node:crypto'
import type { Operation } from '@keywright/core/contract/operation.ts'
import { AppError } from '@keywright/core/problem-code.ts'
import type { FastifyRequest } from 'fastify'
import type { Caller } from '../management/services.ts'
import type { Unit } from '../management/unit.ts'
import { deleteIdempotencyRecordQuery, idempotencyRecordQuery, insertIdempotencyRecordQuery } from '../store/idempotency.ts'
import type { Schema } from '../store/schema.ts'

const KEPT_MS = 86_400_000

/** A request that says it may be a repetition. Key and body are known by their digests alone. */
export interface IdempotentRequest {
  scope: string
  bodyDigest: string
  operation: string
}

/** Not an error: the request was done before, and this is its answer. */
export class DoneBefore extends Error {
  readonly answer: Record<string, unknown>

  constructor(answer: Record<string, unknown>) {
    super('This request was done before.')
    this.answer = answer
  }
}

/** @returns null where the call does not take an `Idempotency-Key`, or has none. @throws AppError when it cannot be read. */
export function readIdempotency(
  operation: Operation,
  request: FastifyRequest,
  place: { caller: Caller; organizationId: string; parameters: Record<string, string> },
): IdempotentRequest | null {
  const fields = request.raw.headersDistinct['idempotency-key']
  if (!operation.idempotent || fields === undefined) return null
  const [field] = fields
  if (fields.length > 1 || field === undefined || !/^[\x21-\x7e]{1,255}$/.test(field))
    throw new AppError('invalid_request', 'The Idempotency-Key must be one value of 1 to 255 visible ASCII characters.', {
      errors: [{ path: 'Idempotency-Key', code: 'invalid', message: 'Make a new random one for each thing to be done, such as a UUID.' }],
    })
  const { caller, organizationId, parameters } = place
  return {
    scope: sha256(JSON.stringify([caller.actor.kind, caller.actor.id, organizationId, operation.id, parameters.key ?? '', field])),
    bodyDigest: sha256(canonical(request.body ?? null)),
    operation: operation.id,
  }
}

/** Within the transaction of the work: was it done? @throws DoneBefore; AppError `idempotency_key_reused` for another body. */
export async function requireFirst(unit: Unit, { scope, bodyDigest }: IdempotentRequest): Promise<void> {
  const [rows] = await unit.batch<[Schema['idempotency_records']]>([idempotencyRecordQuery(unit.build, scope)])
  const [row] = rows
  if (row === undefined) return
  if (unit.now >= row.expires_at) return unit.defer(deleteIdempotencyRecordQuery(unit.build, scope))
  if (row.body_digest !== bodyDigest)
    throw new AppError('idempotency_key_reused', 'This Idempotency-Key was used for a request with another body. Make a new one for each thing to be done.')
  throw new DoneBefore(JSON.parse(row.answer) as Record<string, unknown>)
}

/** Within the same transaction: what a repetition is answered. */
export function remember(unit: Unit, { scope, bodyDigest, operation }: IdempotentRequest, answer: Record<string, unknown>): void {
  unit.defer(insertIdempotencyRecordQuery(unit.build, { scope, bodyDigest, operation, answer, createdAt: unit.now, expiresAt: unit.now + KEPT_MS }))
}

/** JSON with the members of objects in one order: the same request written another way is the same request. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join(',')}}`
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
