import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { makeId } from '@keywright/core/id.ts'
import type { Denied, DenyReason, KeyFacts } from '@keywright/core/verification/decision.ts'
import { isUnavailable, type Unavailable } from '../verifier/decision.ts'
import { type DescribedRequest, fieldsOf, type VerifyInput } from '../verifier/request.ts'
import type { Verifier } from '../verifier/verifier.ts'

export interface GuardOptions {
  /** Reasons that are answered as if nothing stood at this address, e.g. `organization_mismatch` where the path names the organization. */
  hiddenReasons?: readonly DenyReason[]
  /** Scopes that are needed beyond those of the route. */
  requiredScopes?: readonly string[]
  /** Told of each refusal, for a log; never given a secret. */
  onRefused?: (decision: Denied | Unavailable, requestId: string) => void
}

/** Let in: who calls, and what the answer must carry. Refused: the whole answer. */
export type Guarded =
  | { ok: true; key: KeyFacts; headers: Record<string, string>; requestId: string }
  | { ok: false; status: number; headers: Record<string, string>; body: string; requestId: string }

const HIDDEN = { type: 'about:blank', title: 'There is no such thing', status: 404 }

/**
 * What every framework does the same: decide, and put the decision into the words of HTTP. A refusal is a problem (RFC 9457) with its challenge (RFC
 * 6750) and Retry-After; 503 where the verifier cannot decide. Only a limit that the server must lend from first is waited for, at most a second.
 */
export async function guard(verifier: Verifier, asked: VerifyInput, options: GuardOptions): Promise<Guarded> {
  const { requiredScopes, hiddenReasons = [], onRefused } = options
  const decision = await verifier.decide(requiredScopes === undefined ? asked : { ...asked, requiredScopes })
  const requestId = makeId('request', Date.now(), randomBytes(10))
  const headers = { 'X-Request-Id': requestId, 'Cache-Control': 'no-store' }
  // A copy: the key itself is read from the replica whenever it is asked, and whoever answers later would read another state.
  if (decision.valid)
    return { ok: true, key: decision.key.toJSON?.() ?? decision.key, headers: { 'X-Request-Id': requestId, ...verifier.fields(decision) }, requestId }
  onRefused?.(decision, requestId)
  if (!isUnavailable(decision) && hiddenReasons.includes(decision.reason))
    return { ok: false, status: 404, headers: { ...headers, ...PROBLEM }, body: JSON.stringify({ ...HIDDEN, requestId }), requestId }
  const answer = verifier.answer(decision, requestId)
  return { ok: false, status: answer.status, headers: { ...answer.headers, ...headers, ...PROBLEM }, body: JSON.stringify(answer.body), requestId }
}

const PROBLEM = { 'Content-Type': 'application/problem+json; charset=utf-8' }

/** A request of Node: every field as often as it came, and the target before anybody took a part of it away. */
export function fromNode(verifier: Verifier, message: IncomingMessage, { path, body }: { path?: string | undefined; body?: unknown } = {}): VerifyInput {
  const request: DescribedRequest = { method: message.method ?? 'GET', path: path ?? message.url ?? '/', headers: fieldsOf(message) }
  return { request: body === undefined ? request : { ...request, body }, ip: verifier.addressOf(message) }
}

/** A request of the Web. Fields that came twice stand in one, joined by commas, and are refused as what no key looks like. */
export function fromWeb(request: Request, { ip, body }: { ip: string | null; body?: unknown }): VerifyInput {
  const { pathname, search, host } = new URL(request.url)
  const headers = Object.fromEntries(request.headers)
  return { request: { method: request.method, path: `${pathname}${search}`, headers: { host, ...headers }, ...(body === undefined ? {} : { body }) }, ip }
}
