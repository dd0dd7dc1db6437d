/**
 * The closed table of error codes. A code is permanent: callers switch on it. Errors are RFC 9457 problems whose `code` is one
 * of these and whose HTTP status is the one given here.
 */
export const PROBLEM_CODES = {
  invalid_request: { status: 422, title: 'The request does not say what it must' },
  malformed_body: { status: 400, title: 'The body cannot be read' },
  malformed_request: { status: 400, title: 'The request cannot be read' },
  header_too_large: { status: 431, title: 'The header of the request is too large' },
  request_timeout: { status: 408, title: 'The request did not come in time' },
  unsupported_media_type: { status: 415, title: 'The body must be application/json' },
  body_too_large: { status: 413, title: 'The body is too large' },
  secret_in_url: { status: 400, title: 'A secret stands in the URL' },
  credential_repeated: { status: 400, title: 'The request carries more than one credential' },
  unauthenticated: { status: 401, title: 'A valid credential is needed' },
  forbidden: { status: 403, title: 'This credential may not do that' },
  csrf_refused: { status: 403, title: 'The request does not come from the console' },
  step_up_required: { status: 403, title: 'A fresh second factor is needed' },
  second_factor_missing: { status: 403, title: 'A second factor must be set up first' },
  sign_in_refused: { status: 401, title: 'E-mail, password or code is not right' },
  too_many_attempts: { status: 429, title: 'Too many attempts' },
  link_unusable: { status: 409, title: 'This link was used, withdrawn or is too old' },
  wrong_address: { status: 403, title: 'The invitation was sent to another address' },
  already_member: { status: 409, title: 'That person is a member already' },
  sign_on_unavailable: { status: 503, title: 'Single sign-on cannot be reached' },
  too_many_invitations: { status: 409, title: 'As many invitations wait as may' },
  last_owner: { status: 409, title: 'The last one cannot leave' },
  not_found: { status: 404, title: 'There is no such thing' },
  method_not_allowed: { status: 405, title: 'This address does not take that method' },
  cap_reached: { status: 409, title: 'The organization has as many keys of this type as it may' },
  name_taken: { status: 409, title: 'A key of this type has that name already' },
  slug_taken: { status: 409, title: 'That slug or alias is in use' },
  status_conflict: { status: 409, title: 'The status of the key does not allow that' },
  policy_conflict: { status: 409, title: 'The key type does not allow that' },
  not_offered: { status: 409, title: 'The organization is not offered this key type' },
  version_changed: { status: 409, title: 'Somebody else replaced this key' },
  overlap_running: { status: 409, title: 'An overlap is still running' },
  no_overlap: { status: 409, title: 'No overlap is running' },
  precondition_failed: { status: 412, title: 'It was changed since you looked' },
  in_progress: { status: 409, title: 'The same request is still running' },
  idempotency_key_reused: { status: 422, title: 'This Idempotency-Key was used for another request' },
  count_changed: { status: 409, title: 'The filter matches another number of keys than expected' },
  mail_unavailable: { status: 409, title: 'The message cannot be sent' },
  in_use: { status: 409, title: 'It is still in use' },
  organization_suspended: { status: 409, title: 'The organization is suspended' },
  already_bootstrapped: { status: 409, title: 'The first management key was printed before' },
  invalid_configuration: { status: 422, title: 'The configuration cannot be used' },
  disk_full: { status: 507, title: 'There is no room to store the change' },
  storage_unavailable: { status: 503, title: 'The store cannot be written' },
  shutting_down: { status: 503, title: 'The server is shutting down' },
  internal: { status: 500, title: 'Something went wrong on our side' },
} as const satisfies Record<string, { status: number; title: string }>

export type ProblemCode = keyof typeof PROBLEM_CODES

/** One mistake in a request: where (`keyTypes[0].prefix`, `body.name`), a machine-readable code and a sentence. */
export interface FieldError {
  path: string
  code: string
  message: string
}

/** What a use case throws to say no; the HTTP layer turns it into an RFC 9457 problem. Never carries a secret. */
export class AppError extends Error {
  readonly code: ProblemCode
  readonly errors: FieldError[]
  /** Further members of the problem, e.g. `{max: 5}`. */
  readonly extra: Record<string, unknown>

  constructor(code: ProblemCode, detail: string, options: { errors?: FieldError[]; extra?: Record<string, unknown>; cause?: unknown } = {}) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'AppError'
    this.code = code
    this.errors = options.errors ?? []
    this.extra = options.extra ?? {}
  }
}
