import { createHash } from 'node:crypto'
import { checksumOf } from '@keywright/core/secret/checksum.ts'
import { addMember, addPerson } from '../people/add-member.ts'
import { RawVerifier } from '../verifier/raw-verifier.ts'
import { TestServer } from '../harness.ts'

/** The time at which everything here happens. */
export const NOW = '2026-06-01T12:00:00Z'

export const CONFIGURATION = {
  version: 1,
  entitlements: ['plus'],
  environments: ['live', 'test'],
  keyTypes: [
    {
      slug: 'plain',
      prefix: 'pln',
      naming: { mode: 'optional' },
      deactivate: true,
      replace: { allowed: true, overlapDefault: '0s', overlapMax: '7d' },
      scopes: { offered: ['orders.read', 'orders.write'], default: ['orders.read'] },
      addresses: { mode: 'optional' },
    },
    {
      slug: 'vault',
      prefix: 'vlt',
      roles: { stepUp: true },
      naming: { mode: 'optional' },
      visibility: 'retrievable',
      limits: [{ calls: 1000000, per: '60s', maxCalls: 1000000 }],
      replace: { allowed: true, overlapDefault: '1h', overlapMax: '7d' },
    },
    { slug: 'minter', prefix: 'mnt', naming: { mode: 'optional' }, direct: false, mints: { lifetime: '1h' } },
  ],
  apis: [
    {
      slug: 'orders',
      environment: 'live',
      accepts: ['plain'],
      routes: [
        { method: 'GET', path: '/orders/{order}', scopes: ['orders.read'] },
        { method: 'POST', path: '/orders', scopes: ['orders.write'] },
      ],
    },
    { slug: 'vaults', accepts: ['vault'] },
    { slug: 'both', accepts: ['plain', 'vault'] },
    { slug: 'form', accepts: ['plain'], carriers: [{ in: 'body', name: 'token' }] },
    { slug: 'hosted', accepts: ['plain'], companions: [{ from: 'host', template: '{organization}.example.com', names: 'organization', required: true }] },
  ],
}

/** An installation with two organizations, and every secret that was ever answered in it. */
export class World implements AsyncDisposable {
  readonly server: TestServer
  readonly operator: string
  readonly secrets: string[]
  #names = 0
  #message: string | undefined
  /** Where the clock stands. */
  now = NOW

  private constructor(server: TestServer, operator: string) {
    this.server = server
    this.operator = operator
    this.secrets = [operator]
  }

  static async make(env: Record<string, string> = {}): Promise<World> {
    const server = await TestServer.start({ env })
    const world = new World(server, await server.bootstrap())
    await server.setClock(NOW)
    await world.ask(200, 'POST', '/v1/config:apply', CONFIGURATION)
    for (const slug of ['acme', 'globex']) await world.ask(201, 'POST', '/v1/organizations', { slug, aliases: [`${slug}-alias`], entitlements: ['plus'] })
    return world
  }

  /** As the operator. */
  // oxlint-disable-next-line typescript/no-explicit-any
  async ask(status: number, method: string, path: string, body?: unknown): Promise<any> {
    const answered = await this.server.must(status, method, path, { key: this.operator, body })
    if (typeof answered?.secret === 'string') this.secrets.push(answered.secret)
    return answered
  }

  name(): string {
    return `name ${++this.#names}`
  }

  async key(organization: string, type = 'plain', input: Record<string, unknown> = {}): Promise<{ id: string; secret: string }> {
    const { key, secret } = await this.ask(201, 'POST', `/v1/organizations/${organization}/keys`, { type, environment: 'live', addresses: 'any', ...input })
    return { id: key.id, secret }
  }

  async verifier(apis: readonly string[] | 'all' = 'all', input: Record<string, unknown> = {}): Promise<{ id: string; secret: string }> {
    const { key, secret } = await this.ask(201, 'POST', '/v1/verifier-keys', { name: this.name(), apis, ...input })
    return { id: key.id, secret }
  }

  async manager(
    organization: string,
    role: string,
    capabilities: readonly string[] = [],
    input: Record<string, unknown> = {},
  ): Promise<{ id: string; secret: string }> {
    const { key, secret } = await this.ask(201, 'POST', `/v1/organizations/${organization}/management-keys`, {
      name: this.name(),
      role,
      capabilities,
      ...input,
    })
    return { id: key.id, secret }
  }

  /** A session that was minted for this call alone. */
  async session(organization: string): Promise<{ key: string; session: string }> {
    const { id, secret } = await this.key(organization, 'minter')
    const form = {
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token: secret,
      subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    }
    const answered = await fetch(`${this.server.url}/oauth2/token`, { method: 'POST', body: new URLSearchParams(form) })
    this.secrets.push(((await answered.json()) as { access_token: string }).access_token)
    const { items } = await this.ask(200, 'GET', `/v1/organizations/${organization}/keys/${id}/sessions`)
    return { key: id, session: items[0].id }
  }

  /** A notice in the outbox: of keys that a sunset with a date near ends. */
  async message(): Promise<string> {
    // Time stands still here, so nothing is the newest: every page is looked through.
    const listed = async () => {
      for (let next = '/v1/outbox?limit=100'; ;) {
        const { items, nextCursor } = await this.ask(200, 'GET', next)
        const found = items.find((item: { kind: string }) => item.kind === 'sunset')
        if (found !== undefined || nextCursor === null) return found
        next = `/v1/outbox?limit=100&cursor=${nextCursor}`
      }
    }
    this.#message ??= (await listed())?.id
    if (this.#message !== undefined) return this.#message
    const type = { slug: 'leaving', prefix: 'lvg' }
    await this.ask(200, 'PATCH', '/v1/organizations/globex', { contacts: ['keys@globex.example'] })
    await this.ask(200, 'PUT', '/v1/key-types/leaving', type)
    await this.key('globex', 'leaving')
    await this.ask(200, 'PUT', '/v1/key-types/leaving', { ...type, sunset: [{ deprecatedAt: NOW, retiredAt: NOW.replace('06-01', '06-06') }] })
    await this.server.setClock(this.now)
    return (this.#message = (await listed()).id as string)
  }

  address(): string {
    return `${this.name().replace(' ', '-')}@people.example`
  }

  /** Somebody who is a member, written where it stands: how people come in has tests of its own. @returns the member's id. */
  member(organization: string, role = 'member'): string {
    return addMember(this.server.databaseFile, { organization, role, email: this.address() })
  }

  /** Somebody with a second factor, written where it stands. @returns the person's id. */
  personWithSecondFactor(): string {
    return addPerson(this.server.databaseFile, this.address(), true)
  }

  /** One that waits; null: to be an operator. */
  async invitation(organization: string | null): Promise<string> {
    const [path, body] = organization === null ? ['/v1/operator-invitations', {}] : [`/v1/organizations/${organization}/invitations`, { role: 'member' }]
    return (await this.ask(201, 'POST', path, { email: this.address(), ...body })).id
  }

  async operatorKey(capabilities: readonly string[] = [], input: Record<string, unknown> = {}): Promise<{ id: string; secret: string }> {
    const { key, secret } = await this.ask(201, 'POST', '/v1/management-keys', { name: this.name(), capabilities, ...input })
    return { id: key.id, secret }
  }

  /** A verifier that has connected and was cut off. */
  async silentVerifier(): Promise<string> {
    const verifier = await RawVerifier.connect(this.server.url, (await this.verifier()).secret)
    verifier.hello('orders')
    await verifier.next('welcome')
    verifier.socket.terminate()
    for (;;) {
      const { items } = await this.server.must(200, 'GET', '/v1/verifiers', { key: this.operator })
      if (items.some((item: { id: string; status: string }) => item.id === verifier.instance && item.status === 'silent')) return verifier.instance
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]()
  }
}

/** A secret of the right form that nobody ever issued. */
export function forgedSecret(prefix: string, seed: string, length = 38): string {
  const body = createHash('sha256')
    .update(seed)
    .digest('hex')
    .repeat(3)
    .slice(0, length - 6)
  return `${prefix}_${body}${checksumOf(`${prefix}_${body}`)}`
}

/** An answer without what differs from call to call. */
export function withoutRequestId(body: Record<string, unknown>): Record<string, unknown> {
  const { requestId: _differs, ...rest } = body
  return rest
}
