/** Who calls, as Keywright says: trust this, never an organization that the request names itself. */
export interface VerifiedKey {
  id: string
  type: string
  /** Slug; `organizationId` never changes. */
  organization: string
  organizationId: string
  environment: string
  scopes: readonly string[]
  name: string
}

/** A request as it came, and the client's address. */
export interface Question {
  ip: string
  request: { method: string; path: string; headers: Record<string, string[]>; body?: string }
}

export interface Allowed {
  valid: true
  key: VerifiedKey
  /** For the answer: ends that are near. */
  headers: Record<string, string>
}

export interface Refused {
  valid: false
  reason: string
  status: number
  detail: string | null
  missing: readonly string[]
  successor: string | null
  retryAfterSeconds: number | null
  requestId?: string | undefined
}

/** @param api slug of the API in Keywright. @throws when nobody can say. */
export type Ask = (api: string, question: Question) => Promise<Allowed | Refused>
