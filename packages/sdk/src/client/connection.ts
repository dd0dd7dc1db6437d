import { baseUrl, parseUrl } from './base-url.ts'
import { KeywrightError, readProblem } from './keywright-error.ts'

export interface ClientOptions {
  /** Address of the Keywright server, e.g. `https://keys.example.com`; without credentials. */
  url: string
  /** A management key, or a verifier key for `verify`. */
  key: string
  fetch?: typeof fetch
  /** How long to wait for an answer; default 30,000. An export may take longer, as long as something arrives within this time. */
  timeoutMs?: number
  /** Lets the key travel unencrypted beyond this machine. */
  allowHttp?: boolean
  /** What the server's records call this client; default `keywright-sdk`. */
  userAgent?: string
}

export interface CallOptions {
  /** Aborting throws the signal's reason. */
  signal?: AbortSignal
  timeoutMs?: number
  /** A new random text for each thing to be made: a call that is repeated with it is not done twice. */
  idempotencyKey?: string
  /** An ETag: the call is refused when somebody changed the thing since. */
  ifMatch?: string
  /** Is told the ETag of what was answered; null: it has none. */
  onEtag?: (etag: string | null) => void
  /** Of a change that takes access away: the answer says who refuses by now. */
  confirm?: boolean
}

export interface HttpRequest {
  method: string
  /** Path with query. */
  path: string
  accept: string
  body?: { text: string; type: string }
}

const DEFAULT_TIMEOUT_MS = 30_000
/** Beyond it `setTimeout` fires at once. */
const LONGEST_TIMEOUT_MS = 2_147_483_647
/** What the fetch standard puts in place of a redirect in runtimes that hide it. */
const HIDDEN_REDIRECT = 'opaqueredirect'

/** One server and one key. The key is a private field: neither `console.log` nor an error shows it. */
export class Connection {
  readonly #key: string
  readonly #base: string
  readonly #fetch: typeof fetch
  readonly #timeoutMs: number
  readonly #userAgent: string

  constructor(options: ClientOptions) {
    this.#base = baseUrl(options.url, options.allowHttp ?? false)
    // fetch would name the whole value in its complaint about a header field.
    if (typeof options.key !== 'string' || !/^[\x21-\x7e]+$/.test(options.key)) {
      throw new KeywrightError({ code: 'invalid_key', detail: 'The key must be one line of visible ASCII characters without spaces.' })
    }
    this.#key = options.key
    this.#fetch = options.fetch ?? fetch
    this.#timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS
    this.#userAgent = options.userAgent ?? 'keywright-sdk'
  }

  /** Sends a request and parses the JSON answer; undefined for an answer without content. */
  async json(request: HttpRequest, options: CallOptions = {}): Promise<unknown> {
    const deadline = new Deadline(options.timeoutMs ?? this.#timeoutMs)
    try {
      const response = await this.#send(request, deadline, options)
      options.onEtag?.(response.headers.get('etag'))
      if (response.status === 204) return undefined
      const body = await response.text()
      const parsed = isJson(response) ? parseJson(body) : undefined
      if (parsed === undefined) throw this.#unreadable(response)
      return parsed
    } catch (error) {
      throw this.#explain(error, deadline, options.signal)
    } finally {
      deadline.clear()
    }
  }

  /** Sends a request and yields the answer's text as it arrives. */
  async *text(request: HttpRequest, options: CallOptions = {}): AsyncGenerator<string, void, void> {
    const deadline = new Deadline(options.timeoutMs ?? this.#timeoutMs)
    try {
      const response = await this.#send(request, deadline, options)
      if (!request.accept.includes(mediaType(response))) throw this.#unreadable(response)
      const decoder = new TextDecoder()
      for await (const chunk of response.body ?? []) {
        // Whoever reads slowly has time: only the wait for the server counts.
        deadline.clear()
        yield decoder.decode(chunk as Uint8Array, { stream: true })
        deadline.start()
      }
      const rest = decoder.decode()
      if (rest !== '') yield rest
    } catch (error) {
      throw this.#explain(error, deadline, options.signal)
    } finally {
      deadline.clear()
    }
  }

  async #send(request: HttpRequest, deadline: Deadline, { signal, idempotencyKey, ifMatch, confirm }: CallOptions): Promise<Response> {
    const headers: Record<string, string> = {
      authorization: `Bearer ${this.#key}`,
      accept: `${request.accept}, application/problem+json`,
      'user-agent': this.#userAgent,
    }
    if (request.body !== undefined) headers['content-type'] = request.body.type
    if (idempotencyKey !== undefined) headers['idempotency-key'] = idempotencyKey
    if (ifMatch !== undefined) headers['if-match'] = ifMatch
    const path = confirm ? `${request.path}${request.path.includes('?') ? '&' : '?'}confirm=true` : request.path
    const send = this.#fetch
    const response = await send(this.#base + path, {
      method: request.method,
      headers,
      ...(request.body === undefined ? {} : { body: request.body.text }),
      // A redirect would take the key to an address nobody named, or from https to http (quality.md, trap 15).
      redirect: 'manual',
      signal: signal === undefined ? deadline.signal : AbortSignal.any([signal, deadline.signal]),
    })
    if (response.ok) return response
    if (response.type === HIDDEN_REDIRECT || (response.status >= 300 && response.status < 400)) throw this.#redirected(response)
    // The answer may come from something in between that repeats what it was sent.
    const body = (await response.text()).replaceAll(this.#key, '[redacted]')
    throw (isJson(response) ? readProblem(parseJson(body), response.status) : null) ?? this.#unreadable(response)
  }

  #redirected(response: Response): KeywrightError {
    const target = parseUrl(response.headers.get('location') ?? '', this.#base)
    const where = target === null || target.origin === 'null' ? '' : ` to ${target.origin}`
    return new KeywrightError({
      code: 'redirect_refused',
      status: response.status === 0 ? null : response.status,
      detail: `${this.#base} redirects${where}. The key is not sent on: use the address the server itself has.`.replaceAll(this.#key, '[redacted]'),
    })
  }

  #unreadable(response: Response): KeywrightError {
    const type = (mediaType(response) || 'no content type').slice(0, 100).replaceAll(this.#key, '[redacted]')
    return new KeywrightError({
      code: 'unreadable_answer',
      status: response.status,
      detail: `${this.#base} answered ${response.status} (${type}), which is not Keywright's answer. Is this the address of the Keywright server, and what stands between?`,
    })
  }

  #explain(error: unknown, deadline: Deadline, signal: AbortSignal | undefined): unknown {
    if (error instanceof KeywrightError) return error
    if (signal?.aborted) return signal.reason
    if (deadline.signal.aborted)
      return new KeywrightError({ code: 'timed_out', detail: `${this.#base} did not answer within ${deadline.milliseconds / 1000} s.` })
    return new KeywrightError({ code: 'unreachable', detail: `Cannot reach ${this.#base}: ${failure(error)}.`.replaceAll(this.#key, '[redacted]') })
  }
}

/** A time after which the request is given up; may be stopped and started anew. */
class Deadline {
  readonly milliseconds: number
  readonly #controller = new AbortController()
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(milliseconds: number) {
    this.milliseconds = Math.min(Math.max(1, milliseconds), LONGEST_TIMEOUT_MS)
    this.start()
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  start(): void {
    this.#timer = setTimeout(() => this.#controller.abort(), this.milliseconds)
  }

  clear(): void {
    clearTimeout(this.#timer)
  }
}

const KNOWN_FAILURES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection broke',
  UND_ERR_SOCKET: 'the connection broke',
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'the name cannot be looked up now',
  EHOSTUNREACH: 'there is no way to that host',
  ENETUNREACH: 'there is no way to that network',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is self-signed',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate cannot be verified',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host',
}

/** fetch says "fetch failed"; the reason stands in its cause. */
function failure(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  const code = typeof cause === 'object' && cause !== null && 'code' in cause && typeof cause.code === 'string' ? cause.code : null
  if (code !== null) return KNOWN_FAILURES[code] === undefined ? code : `${KNOWN_FAILURES[code]} (${code})`
  return cause instanceof Error && cause.message !== '' ? cause.message.replace(/\.$/, '') : 'no reason given'
}

function mediaType(response: Response): string {
  return (response.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
}

function isJson(response: Response): boolean {
  const type = mediaType(response)
  return type === 'application/json' || type.endsWith('+json')
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}
