import { expect } from 'vitest'
import { pause, TestServer } from '../harness.ts'
import { SmtpSink } from '../notices/smtp-sink.ts'
import { Sample } from '../systems/sample.ts'
import { mailedLink } from './mailbox.ts'
import { PASSWORD, Person } from './person.ts'

export type OrganizationRole = 'owner' | 'administrator' | 'supervisor' | 'auditor' | 'member'

/** Names as people have them, one for each role. */
const NAMES: Record<OrganizationRole, string> = {
  owner: 'Olivia Marsh',
  administrator: 'Adam Reyes',
  supervisor: 'Sofia Lind',
  auditor: 'Aiko Tanaka',
  member: 'Milo Novak',
}

interface OrganizationOptions {
  name?: string
  aliases?: string[]
  entitlements?: string[]
  environments?: string[]
}

/**
 * A Keywright with presets, organizations and people in them, all made through HTTP as they would be: the operator by the link that
 * the server printed, everybody else by invitation, with mail that goes to a mail server of ours.
 */
export class PeopledInstallation implements AsyncDisposable {
  readonly server: TestServer
  readonly mail: SmtpSink
  /** The first operator, made with the set-up link. */
  readonly operator: Person
  /** Management key of the installation, for what nobody does by hand. */
  readonly key: string
  readonly #samples: Sample[] = []

  private constructor(server: TestServer, mail: SmtpSink, operator: Person, key: string) {
    this.server = server
    this.mail = mail
    this.operator = operator
    this.key = key
  }

  static async start(
    presets: readonly string[],
    options: { env?: Record<string, string>; testClock?: boolean; now?: string } = {},
  ): Promise<PeopledInstallation> {
    const mail = await SmtpSink.start()
    const env = {
      KEYWRIGHT_SMTP_URL: mail.url,
      KEYWRIGHT_MAIL_FROM: 'Keywright <keys@example.com>',
      KEYWRIGHT_SUPPORT_CONTACT: 'support@example.com',
      ...options.env,
    }
    const server = await TestServer.start({ env, testClock: options.testClock ?? true })
    const now = options.now ?? '2026-11-02T09:00:00Z'
    // The set-up link is good for a day from the start on: a clock that goes back may go at once, so that nothing is of another day.
    const goesBack = options.testClock !== false && Date.parse(now) < Date.now()
    try {
      if (goesBack) await server.setClock(now)
      const key = await server.bootstrap()
      for (const preset of presets) await server.applyPreset(preset, key)
      const operator = new Person(server, 'otto@operator.example', 'Otto Keller')
      await operator.must(200, 'POST', '/v1/sign-in:set-up', {
        token: await setUpToken(server),
        email: operator.email,
        name: operator.name,
        password: PASSWORD,
      })
      if (options.testClock !== false && !goesBack) {
        await server.setClock(now)
        // The session may have ended with the days that were left out.
        await operator.signIn()
      }
      return new PeopledInstallation(server, mail, operator, key)
    } catch (error) {
      await server[Symbol.asyncDispose]()
      await mail[Symbol.asyncDispose]()
      throw error
    }
  }

  async organization(slug: string, options: OrganizationOptions = {}): Promise<PeopledOrganization> {
    const { id } = await this.operator.must(201, 'POST', '/v1/organizations', { slug, ...options })
    return new PeopledOrganization(this, id, slug)
  }

  /** Invites somebody, who registers through the mail. */
  async register(inviter: Person, path: string, body: { email: string; role?: string }, name: string): Promise<Person> {
    await inviter.must(201, 'POST', path, body)
    const person = new Person(this.server, body.email, name)
    const token = new URL(await mailedLink(this.mail, body.email)).hash.slice(1)
    await person.must(200, 'POST', '/v1/sign-in:register', { token, name, password: PASSWORD })
    return person
  }

  /** Starts a program of `examples` with a verifier key for these APIs. */
  async sample(name: string, apis: string[], env: Record<string, string> = {}): Promise<Sample> {
    const sample = await Sample.start(this.server, this.key, name, apis, env)
    this.#samples.push(sample)
    return sample
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#samples.map((sample) => sample[Symbol.asyncDispose]()))
    await this.server[Symbol.asyncDispose]()
    await this.mail[Symbol.asyncDispose]()
  }
}

export class PeopledOrganization {
  readonly id: string
  readonly slug: string
  /** Of the API. */
  readonly path: string
  readonly #installation: PeopledInstallation
  readonly #people = new Map<string, Person>()

  constructor(installation: PeopledInstallation, id: string, slug: string) {
    this.#installation = installation
    this.id = id
    this.slug = slug
    this.path = `/v1/organizations/${slug}`
  }

  /** The person with this role, invited at the first call: the owner by the operator, all others by the owner. */
  async person(role: OrganizationRole, options: { name?: string; email?: string; secondFactor?: boolean } = {}): Promise<Person> {
    const { name = NAMES[role], email = `${name.split(' ')[0]?.toLowerCase()}@${this.slug}.example` } = options
    const known = this.#people.get(email)
    if (known !== undefined) return known
    const inviter = role === 'owner' ? this.#installation.operator : await this.person('owner')
    const person = await this.#installation.register(inviter, `${this.path}/invitations`, { email, role }, name)
    if (options.secondFactor) await person.enroll()
    this.#people.set(email, person)
    return person
  }

  /** Audit events, newest first. */
  async events(query = ''): Promise<{ action: string; actor: { id: string; name: string }; detail: Record<string, unknown> }[]> {
    const { server, key } = this.#installation
    return (await server.must(200, 'GET', `${this.path}/audit-events?limit=100${query}`, { key })).items
  }
}

/** What the server printed at its first start. */
async function setUpToken(server: TestServer): Promise<string> {
  for (let tries = 0; tries < 250; tries++) {
    const printed = /\/set-up#([\w-]+)/.exec(server.output)
    if (printed) return printed[1] as string
    await pause(20)
  }
  expect(server.output, 'no set-up link was printed').toContain('/set-up#')
  return ''
}
