import { expect } from 'vitest'
import type { Answered, TestServer } from '../harness.ts'
import type { SmtpSink } from '../notices/smtp-sink.ts'
import { mailTo, tokenIn } from './mail.ts'

export const PASSWORD = 'correct horse battery staple'

/** Somebody with a browser: cookies, and what the console sends beside them. */
export class Person {
  readonly server: TestServer
  readonly email: string
  csrf = ''
  readonly #cookies = new Map<string, string>()

  constructor(server: TestServer, email: string) {
    this.server = server
    this.email = email
  }

  get cookie(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  }

  async call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answered> {
    const own = {
      origin: this.server.url,
      ...(this.csrf === '' ? {} : { 'keywright-csrf': this.csrf }),
      ...(this.cookie === '' ? {} : { cookie: this.cookie }),
    }
    const answered = await this.server.call(method, path, { body, headers: { ...own, ...headers } })
    this.keep(answered)
    return answered
  }

  /** Takes cookies and the token of an answer, as the console does. */
  keep(answered: Answered): void {
    for (const line of answered.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (name === undefined) continue
      if (value === '' || /max-age=0/i.test(line)) this.#cookies.delete(name)
      else this.#cookies.set(name, value ?? '')
    }
    if (typeof answered.body?.csrfToken === 'string') this.csrf = answered.body.csrfToken
  }

  // oxlint-disable-next-line typescript/no-explicit-any
  async must(status: number, method: string, path: string, body?: unknown): Promise<any> {
    const answered = await this.call(method, path, body)
    expect(answered.status, `${this.email}: ${method} ${path}: ${JSON.stringify(answered.body)}`).toBe(status)
    return answered.body
  }

  async signIn(): Promise<this> {
    expect(await this.must(200, 'POST', '/v1/sign-in:password', { email: this.email, password: PASSWORD })).toMatchObject({ status: 'signed-in' })
    return this
  }

  anotherWindow(): Promise<Person> {
    return new Person(this.server, this.email).signIn()
  }

  /** Registers with the token of an invitation. */
  async register(token: string, name = this.email.split('@')[0] ?? ''): Promise<this> {
    expect(await this.must(200, 'POST', '/v1/sign-in:register', { token, name, password: PASSWORD })).toMatchObject({ status: 'signed-in' })
    return this
  }
}

/** The first operator, by the link that the server printed. */
export async function firstOperator(server: TestServer, email = 'ops@keywright.example'): Promise<Person> {
  const [, token] = /\/set-up#([\w-]{20,})/.exec(server.output) ?? []
  if (token === undefined) throw new Error('the server printed no set-up link')
  const person = new Person(server, email)
  expect(await person.must(200, 'POST', '/v1/sign-in:set-up', { token, email, name: 'Op', password: PASSWORD })).toMatchObject({ status: 'signed-in' })
  return person
}

/** Invites and registers, by the mail. @param invite what makes the invitation. */
export async function joined(sink: SmtpSink, inviter: Person, organization: string, role: string, email: string): Promise<Person> {
  await inviter.must(201, 'POST', `/v1/organizations/${organization}/invitations`, { email, role })
  return new Person(inviter.server, email).register(tokenIn(await mailTo(sink, email)))
}
