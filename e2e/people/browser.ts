import { expect } from 'vitest'
import type { Answered, TestServer } from '../harness.ts'

export interface Person {
  email: string
  name: string
  password: string
}

/** What a browser with the console open does: it keeps cookies, says where it comes from, and sends the token of its session. */
export class Browser {
  readonly server: TestServer
  readonly cookies = new Map<string, string>()
  csrfToken: string | null = null

  constructor(server: TestServer) {
    this.server = server
  }

  async call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answered> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const fields = {
      origin: this.server.url,
      'user-agent': 'Browser of the test',
      cookie,
      'keywright-csrf': this.csrfToken ?? '',
      ...headers,
    }
    const answered = await this.server.call(method, path, {
      headers: Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== '')),
      ...(body === undefined ? {} : { body }),
    })
    for (const line of answered.headers.getSetCookie()) this.#take(line)
    if (typeof answered.body?.csrfToken === 'string') this.csrfToken = answered.body.csrfToken
    return answered
  }

  // oxlint-disable-next-line typescript/no-explicit-any
  async must(status: number, method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<any> {
    const answered = await this.call(method, path, body, headers)
    expect(answered.status, `${method} ${path}: ${JSON.stringify(answered.body)}`).toBe(status)
    return answered.body
  }

  async signIn({ email, password }: Pick<Person, 'email' | 'password'>): Promise<this> {
    const { status } = await this.must(200, 'POST', '/v1/sign-in:password', { email, password })
    expect(status).toBe('signed-in')
    return this
  }

  /** The token of the session's cookie. */
  get session(): string {
    return this.cookies.get('kw_session') as string
  }

  #take(line: string): void {
    const [pair = '', ...attributes] = line.split('; ')
    const [name = '', value = ''] = pair.split('=')
    if (attributes.includes('Max-Age=0')) this.cookies.delete(name)
    else this.cookies.set(name, value)
  }
}

export const ADA: Person = { email: 'ada@example.com', name: 'Ada', password: 'correct horse battery staple' }

/** The token that the server printed when it started first. */
export function setUpToken(server: TestServer): string {
  const token = /\/set-up#([A-Za-z0-9_-]{43})/.exec(server.output)?.[1]
  expect(token, server.output).toBeDefined()
  return token as string
}

/** The first operator, signed in. */
export async function firstOperator(server: TestServer, person: Person = ADA): Promise<Browser> {
  const browser = new Browser(server)
  await browser.must(200, 'POST', '/v1/sign-in:set-up', { token: setUpToken(server), ...person })
  return browser
}
