import { expect } from 'vitest'
import type { TestServer } from '../harness.ts'
import { SessionOverHttp } from '../session-over-http.ts'

export interface Person {
  email: string
  name: string
  password: string
}

/** A browser that anybody may use. */
export class Browser extends SessionOverHttp {
  constructor(server: TestServer) {
    super(server, 'somebody', { 'user-agent': 'Browser of the test' })
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
