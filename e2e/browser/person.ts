import { expect } from 'vitest'
import type { Answered, TestServer } from '../harness.ts'
import { totpAt } from './totp.ts'

export const PASSWORD = 'correct horse battery staple'

/** Somebody with a session, over HTTP as the console has it: the cookie, its CSRF token, the console's own Origin. */
export class Person {
  readonly email: string
  readonly name: string
  /** `otpauth:` of the authenticator, once there is one. */
  authenticator: string | null = null
  readonly #server: TestServer
  readonly #cookies = new Map<string, string>()
  #csrfToken: string | null = null

  constructor(server: TestServer, email: string, name: string) {
    this.#server = server
    this.email = email
    this.name = name
  }

  async call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answered> {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const answered = await this.#server.call(method, path, {
      ...(body === undefined ? {} : { body }),
      headers: {
        origin: this.#server.url,
        ...(cookie === '' ? {} : { cookie }),
        ...(method === 'GET' || this.#csrfToken === null ? {} : { 'keywright-csrf': this.#csrfToken }),
        ...headers,
      },
    })
    for (const set of answered.headers.getSetCookie()) {
      const [pair = ''] = set.split(';')
      const at = pair.indexOf('=')
      if (/max-age=0\b/i.test(set)) this.#cookies.delete(pair.slice(0, at))
      else this.#cookies.set(pair.slice(0, at), pair.slice(at + 1))
    }
    if (typeof answered.body?.csrfToken === 'string') this.#csrfToken = answered.body.csrfToken
    return answered
  }

  /** The same, failing unless the status is the expected one; answers the body. */
  // Tests look into answers freely; a wrong look fails the test.
  // oxlint-disable-next-line typescript/no-explicit-any
  async must(status: number, method: string, path: string, body?: unknown): Promise<any> {
    const answered = await this.call(method, path, body)
    expect(answered.status, `${method} ${path} as ${this.name}: ${JSON.stringify(answered.body)}`).toBe(status)
    return answered.body
  }

  /** Signs in anew with the password, and with the authenticator where there is one. */
  async signIn(): Promise<void> {
    const { status } = await this.must(200, 'POST', '/v1/sign-in:password', { email: this.email, password: PASSWORD })
    if (status === 'second-factor') await this.must(200, 'POST', '/v1/sign-in:second-factor', { code: await this.code() })
  }

  /** Name and value of the session's cookie; of a new session where the one before has ended. */
  async sessionCookies(): Promise<{ name: string; value: string }[]> {
    if ((await this.call('GET', '/v1/me/person')).status === 401) await this.signIn()
    return [...this.#cookies].map(([name, value]) => ({ name, value }))
  }

  /** Sets an authenticator up. */
  async enroll(): Promise<void> {
    const { otpauthUri } = await this.must(200, 'POST', '/v1/me/second-factor', { password: PASSWORD })
    this.authenticator = otpauthUri
    await this.must(204, 'POST', '/v1/me/second-factor:confirm', { code: await this.code() })
  }

  /** What the authenticator shows next. No code counts twice, so a clock that stands where it was put goes on to the next one. */
  async code(): Promise<string> {
    const { now } = this.#server
    if (now !== null) await this.#server.setClock(new Date(now + 30_000).toISOString())
    return totpAt(this.authenticator as string, this.#server.now ?? Date.now())
  }
}
