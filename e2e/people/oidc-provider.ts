import { createHash, generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export const CLIENT = { id: 'keywright', secret: 'provider-gave-this' }

/** Who the provider says its user is, and how it misbehaves. */
export interface ProviderUser {
  sub: string
  email?: unknown
  email_verified?: unknown
  name?: string
  /** Seconds; the time of the question if not given, as after a fresh proof. */
  auth_time?: number | undefined
  /** Claims in place of the right ones. */
  claims?: Record<string, unknown>
  /** E-mail and name come from the userinfo endpoint alone. */
  onlyUserinfo?: boolean
  /** Signs with a key that is not published. */
  forged?: boolean
}

interface Question {
  redirectUri: string
  nonce: string
  challenge: string
  state: string
}

/** An OpenID Connect provider whose user is signed in already and agrees to everything. */
export class OidcProvider implements AsyncDisposable {
  user: ProviderUser = { sub: 'sub-1' }
  /** Seconds since 1970, for the tokens. */
  now: () => number = () => Math.floor(Date.now() / 1000)
  /** The last question, as it came. */
  asked: URLSearchParams | null = null
  readonly #server: Server
  readonly #keys: { privateKey: KeyObject; publicKey: KeyObject } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  readonly #other: { privateKey: KeyObject } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  readonly #codes = new Map<string, Question>()

  private constructor() {
    this.#server = createServer((request, response) => void this.#answer(request, response))
  }

  static async start(): Promise<OidcProvider> {
    const provider = new OidcProvider()
    await new Promise<void>((done) => provider.#server.listen(0, '127.0.0.1', done))
    return provider
  }

  get issuer(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((done) => this.#server.close(done))
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.issuer)
    const json = (body: unknown, status = 200) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    if (url.pathname === '/.well-known/openid-configuration')
      return void json({
        issuer: this.issuer,
        authorization_endpoint: `${this.issuer}/authorize`,
        token_endpoint: `${this.issuer}/token`,
        userinfo_endpoint: `${this.issuer}/userinfo`,
        jwks_uri: `${this.issuer}/jwks`,
        response_types_supported: ['code'],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: ['RS256'],
      })
    if (url.pathname === '/jwks') return void json({ keys: [{ ...this.#keys.publicKey.export({ format: 'jwk' }), kid: 'one', use: 'sig', alg: 'RS256' }] })
    if (url.pathname === '/authorize') {
      this.asked = url.searchParams
      const code = randomUUID()
      const of = (name: string) => url.searchParams.get(name) ?? ''
      this.#codes.set(code, { redirectUri: of('redirect_uri'), nonce: of('nonce'), challenge: of('code_challenge'), state: of('state') })
      const back = new URL(of('redirect_uri'))
      back.search = new URLSearchParams({ code, state: of('state') }).toString()
      return void response.writeHead(302, { location: back.href }).end()
    }
    if (url.pathname === '/userinfo') {
      const { sub, email, email_verified, name } = this.user
      return void json({ sub, email, email_verified, name })
    }
    if (url.pathname !== '/token') return void json({}, 404)
    let text = ''
    for await (const chunk of request) text += String(chunk)
    const form = new URLSearchParams(text)
    const question = this.#codes.get(form.get('code') ?? '')
    this.#codes.delete(form.get('code') ?? '')
    // RFC 6749 section 2.3.1: id and secret are form-encoded before they are joined.
    const given = decodeURIComponent(Buffer.from((request.headers.authorization ?? '').replace(/^Basic /, ''), 'base64').toString())
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url')
    if (
      question === undefined ||
      given !== `${CLIENT.id}:${CLIENT.secret}` ||
      challenge !== question.challenge ||
      form.get('redirect_uri') !== question.redirectUri
    )
      return void json({ error: 'invalid_grant' }, 400)
    json({ access_token: randomUUID(), token_type: 'Bearer', expires_in: 60, id_token: this.#token(question) })
  }

  #token({ nonce }: Question): string {
    const { sub, email, email_verified, name, claims, onlyUserinfo, forged } = this.user
    const now = this.now()
    const auth_time = 'auth_time' in this.user ? this.user.auth_time : now
    const who = onlyUserinfo ? {} : { email, email_verified, name }
    const payload = { iss: this.issuer, aud: CLIENT.id, sub, iat: now, exp: now + 300, nonce, auth_time, ...who, ...claims }
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const signed = `${part({ alg: 'RS256', kid: 'one' })}.${part(payload)}`
    return `${signed}.${sign('sha256', Buffer.from(signed), forged ? this.#other.privateKey : this.#keys.privateKey).toString('base64url')}`
  }
}
