import type { Operation } from '@keywright/core/contract/operation.ts'
import type { Propagation } from '@keywright/core/contract/common.ts'
import type { FastifyRequest } from 'fastify'
import { AppError } from '@keywright/core/problem-code.ts'
import type { Caller, UnitGuard } from '../management/services.ts'
import type { HttpContext } from './context.ts'
import { presentConfirmation } from './present/confirmation.ts'
import { readIfMatch, requireMatch } from './etag.ts'
import { type IdempotentRequest, requireFirst } from './idempotency.ts'

/** How long a change waits for those who are connected; a verifier answers within milliseconds or not at all. */
const CONFIRM_MS = 2_000

interface Place {
  caller: Caller
  organizationId: string
  parameters: Record<string, string>
}

/** What a request asks of the transaction of its work: to be the first of its kind, to find what it saw. */
export class RequestGuard implements UnitGuard {
  /** Milliseconds from the commit until this server decided by it; 0 when nothing had to be changed. */
  elapsedMs = 0
  readonly #operation: Operation
  readonly #place: Place
  readonly #idempotency: IdempotentRequest | null
  readonly #ifMatch: string[] | '*' | null

  constructor(operation: Operation, request: FastifyRequest, place: Place, idempotency: IdempotentRequest | null) {
    this.#operation = operation
    this.#place = place
    this.#idempotency = idempotency
    this.#ifMatch = operation.versioned !== undefined && operation.method !== 'GET' ? readIfMatch(request.headers['if-match']) : null
  }

  async before(unit: Parameters<UnitGuard['before']>[0]): Promise<void> {
    // A repetition of what was done is answered as done, although what it saw has changed since: by itself.
    if (this.#idempotency !== null) await requireFirst(unit, this.#idempotency)
    if (this.#ifMatch !== null && this.#operation.versioned !== undefined) await requireMatch(unit, this.#operation.versioned, this.#ifMatch, this.#place)
  }

  applied(elapsedMs: number): void {
    this.elapsedMs = elapsedMs
  }

  /**
   * Who decides by the change by now, after waiting a moment for those who do not yet.
   * @param gives the command of a bulk call gives access instead of taking it.
   */
  async propagation(context: HttpContext, gives: boolean): Promise<Propagation> {
    const confirmation = await context.verifiers.confirm(context.verifier.replica.cursor.number, CONFIRM_MS)
    return presentConfirmation(confirmation, this.elapsedMs, this.#operation.takesAway === 'ends' && !gives ? 'refused' : 'in effect')
  }
}

/** Takes `confirm` out of a query that may have it. @throws AppError when it is neither true nor false. */
export function takeConfirm(operation: Operation, query: unknown): { confirm: boolean; rest: Record<string, unknown> } {
  const { confirm, ...rest } = query as Record<string, unknown>
  if (operation.takesAway === undefined || confirm === undefined) return { confirm: false, rest: query as Record<string, unknown> }
  if (confirm !== 'true' && confirm !== 'false')
    throw new AppError('invalid_request', 'confirm must be "true" or "false".', {
      errors: [{ path: 'query.confirm', code: 'invalid', message: 'Must be "true" or "false".' }],
    })
  return { confirm: confirm === 'true', rest }
}
