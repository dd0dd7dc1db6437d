import type { OperationId } from '@keywright/core/contract/operations.ts'
import type { Caller } from '../management/services.ts'
import type { Visitor } from '../management/sign-in/sign-in-services.ts'
import type { SignedInPerson } from './authenticate-person.ts'
import type { HttpContext } from './context.ts'
import type { IdempotentRequest } from './idempotency.ts'

/** What a handler gets: everything authenticated, authorized and validated already. */
export interface Call<Body = unknown, Query = unknown> {
  context: HttpContext
  caller: Caller
  /** The organization of the path, resolved; '' where the path names none. */
  organizationId: string
  parameters: Record<string, string>
  body: Body
  query: Query
  now: number
  /** Set where the request has an `Idempotency-Key`. */
  idempotency: IdempotentRequest | null
  /** Who is at the other end of an open or a person's call; null where a key calls. */
  visit: Visit | null
  /** Who is signed in; null where a key calls, or nobody has to be. */
  signedIn: SignedInPerson | null
}

/** A browser, and the tokens of its cookies. */
export interface Visit extends Visitor {
  sessionToken: string | null
  questionToken: string | null
}

/** What a handler answers: the body of the operation's success status, or a stream of text. */
export type Answer =
  | { body: unknown; etag?: string; /** Instead of the operation's. */ status?: 200 | 201; /** Whole `Set-Cookie` values. */ cookies?: readonly string[] }
  | { stream: AsyncIterable<string>; contentType: string; fileName: string }
  | null

export type Handler = (call: Call<never, never>) => Promise<Answer>

export type Handlers = Partial<Record<OperationId, Handler>>

/** Keeps the types of body and query inside a handler while the table holds them all alike. */
export function handler<Body, Query>(handle: (call: Call<Body, Query>) => Promise<Answer>): Handler {
  return handle as unknown as Handler
}
