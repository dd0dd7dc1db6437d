import { expect } from 'vitest'
import type { Answered, TestServer } from './harness.ts'

/** What the console sends for somebody, without a browser: the cookies it was given, its own origin, and the token of the session. */
export class SessionOverHttp {
  readonly server: TestServer
  readonly cookies = new Map<string, string>()
  csrfToken: string | null = null
  /** Sent with every call. */
  readonly headers: Readonly<Record<string, string>>
  /** For what is said when a call goes wrong. */
  readonly who: string

  constructor(server: TestServer, who = 'somebody', headers: Readonly<Record<string, string>> = {}) {
    this.server = server
    this.who = who
    this.headers = headers
  }

  get cookie(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  }

  async call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answered> {
    const own = { origin: this.server.url, cookie: this.cookie, 'keywright-csrf': this.csrfToken ?? '', ...this.headers, ...headers }
    const answered = await this.server.call(method, path, {
      headers: Object.fromEntries(Object.entries(own).filter(([, value]) => value !== '')),
      ...(body === undefined ? {} : { body }),
    })
    this.keep(answered)
    return answered
  }

  /** The same, failing unless the status is the expected one; answers the body. */
  // Tests look into answers freely; a wrong look fails the test.
  // oxlint-disable-next-line typescript/no-explicit-any
  async must(status: number, method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<any> {
    const answered = await this.call(method, path, body, headers)
    expect(answered.status, `${method} ${path} as ${this.who}: ${JSON.stringify(answered.body)}`).toBe(status)
    return answered.body
  }

  /** Takes cookies and the token of an answer, as the console does. */
  keep(answered: Answered): void {
    for (const line of answered.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (name === undefined) continue
      if (value === '' || /max-age=0\b/i.test(line)) this.cookies.delete(name)
      else this.cookies.set(name, value ?? '')
    }
    if (typeof answered.body?.csrfToken === 'string') this.csrfToken = answered.body.csrfToken
  }
}
