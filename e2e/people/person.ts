import { expect } from 'vitest'
import type { TestServer } from '../harness.ts'
import type { SmtpSink } from '../notices/smtp-sink.ts'
import { SessionOverHttp } from '../session-over-http.ts'
import { mailTo, tokenIn } from './mail.ts'

export const PASSWORD = 'correct horse battery staple'

/** Somebody with a browser of his own. */
export class Person extends SessionOverHttp {
  readonly email: string

  constructor(server: TestServer, email: string) {
    super(server, email)
    this.email = email
  }

  get csrf(): string {
    return this.csrfToken ?? ''
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
