import type { TestServer } from '../harness.ts'
import { SessionOverHttp } from '../session-over-http.ts'
import { totpAt } from './totp.ts'

export const PASSWORD = 'correct horse battery staple'

/** As the list of sessions shows it, also in the pictures. */
const USER_AGENT = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36'

/** Somebody with a session, over HTTP as the console has it. */
export class Person extends SessionOverHttp {
  readonly email: string
  readonly name: string
  /** `otpauth:` of the authenticator, once there is one. */
  authenticator: string | null = null

  constructor(server: TestServer, email: string, name: string) {
    super(server, name, { 'user-agent': USER_AGENT })
    this.email = email
    this.name = name
  }

  /** Signs in anew with the password, and with the authenticator where there is one. */
  async signIn(): Promise<void> {
    const { status } = await this.must(200, 'POST', '/v1/sign-in:password', { email: this.email, password: PASSWORD })
    if (status === 'second-factor') await this.must(200, 'POST', '/v1/sign-in:second-factor', { code: await this.code() })
  }

  /** Name and value of the session's cookie; of a new session where the one before has ended. */
  async sessionCookies(): Promise<{ name: string; value: string }[]> {
    if ((await this.call('GET', '/v1/me/person')).status === 401) await this.signIn()
    return [...this.cookies].map(([name, value]) => ({ name, value }))
  }

  /** Sets an authenticator up. */
  async enroll(): Promise<void> {
    const { otpauthUri } = await this.must(200, 'POST', '/v1/me/second-factor', { password: PASSWORD })
    this.authenticator = otpauthUri
    await this.must(204, 'POST', '/v1/me/second-factor:confirm', { code: await this.code() })
  }

  /** What the authenticator shows next. No code counts twice, so a clock that stands where it was put goes on to the next one. */
  async code(): Promise<string> {
    const { now } = this.server
    if (now !== null) await this.server.setClock(new Date(now + 30_000).toISOString())
    return totpAt(this.authenticator as string, this.server.now ?? Date.now())
  }
}
