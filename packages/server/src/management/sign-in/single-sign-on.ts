import * as oidc from 'openid-client'
import { AppError } from '@keywright/core/problem-code.ts'
import type { SingleSignOnSettings } from '../../config/single-sign-on.ts'
import type { Clock } from '../../kernel/clock.ts'

const TIMEOUT_SECONDS = 10
/** How long what the provider says about itself is believed. */
const KEEP_MS = 3_600_000
/** How long ago the provider may have asked for a proof that we call fresh. */
const FRESH_SECONDS = 300

/** What ties an answer of the provider to the question: made for each, kept on our side. */
export interface SignOnSecrets {
  state: string
  nonce: string
  /** RFC 7636. */
  codeVerifier: string
}

/** Who somebody is, as the provider says. */
export interface SignOnClaims {
  /** Issuer and subject: subjects are unique within an issuer only. */
  subject: string
  email: string | null
  /** Only the literal `true` counts. */
  emailVerified: boolean
  name: string | null
  /** When he proved to the provider who he is; null: it does not say. */
  authenticatedAt: number | null
}

/**
 * The installation's OpenID Connect provider: authorization code flow with PKCE, state and nonce. Signatures of id tokens are checked
 * although they come over TLS. Time is the server's clock.
 */
export class SingleSignOn {
  readonly label: string
  readonly #settings: SingleSignOnSettings
  readonly #clock: Clock
  #found: { at: number; metadata: oidc.ServerMetadata } | null = null

  constructor(settings: SingleSignOnSettings, clock: Clock) {
    this.label = settings.label
    this.#settings = settings
    this.#clock = clock
  }

  /**
   * Where to send the browser.
   * @param fresh the provider must ask anew, whatever session it has.
   * @throws AppError `sign_on_unavailable`.
   */
  async begin(redirectUri: string, { state, nonce, codeVerifier }: SignOnSecrets, fresh: boolean): Promise<string> {
    const config = await this.#configuration()
    return oidc.buildAuthorizationUrl(config, {
      redirect_uri: redirectUri,
      scope: 'openid email profile',
      state,
      nonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(codeVerifier),
      code_challenge_method: 'S256',
      ...(fresh ? { prompt: 'login', max_age: '0' } : {}),
    }).href
  }

  /**
   * Exchanges the code in the address that the browser came back with.
   * @throws AppError `sign_in_refused` where the answer is not one to this question, `sign_on_unavailable`.
   */
  async finish(returned: URL, { state, nonce, codeVerifier }: SignOnSecrets, fresh: boolean): Promise<SignOnClaims> {
    const config = await this.#configuration()
    try {
      const tokens = await oidc.authorizationCodeGrant(config, returned, {
        expectedState: state,
        expectedNonce: nonce,
        pkceCodeVerifier: codeVerifier,
        idTokenExpected: true,
        ...(fresh ? { maxAge: FRESH_SECONDS } : {}),
      })
      const token = tokens.claims() as oidc.IDToken
      const more = token.email === undefined && config.serverMetadata().userinfo_endpoint !== undefined
      const claims = more ? { ...(await oidc.fetchUserInfo(config, tokens.access_token, token.sub)), auth_time: token.auth_time } : token
      return {
        subject: JSON.stringify([this.#settings.issuer, token.sub]),
        email: typeof claims.email === 'string' ? claims.email : null,
        emailVerified: claims.email_verified === true,
        name: typeof claims.name === 'string' ? claims.name : null,
        authenticatedAt: typeof claims.auth_time === 'number' ? claims.auth_time * 1000 : null,
      }
    } catch (cause) {
      if (isUnreachable(cause)) throw unavailable(cause)
      throw new AppError('sign_in_refused', 'The provider did not sign you in, or its answer is not one to this question. Begin again.', { cause })
    }
  }

  async #configuration(): Promise<oidc.Configuration> {
    const { clientId, clientSecret } = this.#settings
    const metadata = await this.#metadata()
    const methods = metadata.token_endpoint_auth_methods_supported
    // OpenID Connect Core 1.0 section 9: basic, where nothing else is said.
    const method = methods === undefined || methods.includes('client_secret_basic') ? oidc.ClientSecretBasic(clientSecret) : oidc.ClientSecretPost(clientSecret)
    const skew = Math.round((this.#clock.now() - Date.now()) / 1000)
    const config = new oidc.Configuration(metadata, clientId, { client_secret: clientSecret, [oidc.clockSkew]: skew }, method)
    config.timeout = TIMEOUT_SECONDS
    if (this.#insecure) oidc.allowInsecureRequests(config)
    oidc.enableNonRepudiationChecks(config)
    return config
  }

  async #metadata(): Promise<oidc.ServerMetadata> {
    const now = Date.now()
    if (this.#found !== null && now - this.#found.at < KEEP_MS && now >= this.#found.at) return this.#found.metadata
    const { issuer, clientId, clientSecret } = this.#settings
    const execute = this.#insecure ? [oidc.allowInsecureRequests] : []
    const found = await oidc.discovery(new URL(issuer), clientId, clientSecret, undefined, { execute, timeout: TIMEOUT_SECONDS }).catch((cause: unknown) => {
      throw unavailable(cause)
    })
    this.#found = { at: now, metadata: found.serverMetadata() }
    return this.#found.metadata
  }

  /** Only a provider on this machine is named by http: see the settings. */
  get #insecure(): boolean {
    return this.#settings.issuer.startsWith('http:')
  }
}

function unavailable(cause: unknown): AppError {
  return new AppError('sign_on_unavailable', 'The provider of single sign-on does not answer as it should. Try again later, or sign in another way.', { cause })
}

function isUnreachable(error: unknown): boolean {
  const { name, code } = error as { name?: string; code?: string }
  return name === 'TimeoutError' || name === 'TypeError' || code === 'OAUTH_TIMEOUT'
}
