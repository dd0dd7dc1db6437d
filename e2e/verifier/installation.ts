import { createVerifier, type Verifier } from '@keywright/sdk/verifier/verifier.ts'
import type { VerifierOptions } from '@keywright/sdk/verifier/options.ts'
import { TestServer } from '../harness.ts'

const CONFIGURATION = `version: 1
keyTypes:
  - slug: crm
    prefix: crm
    addresses: { mode: optional }
    scopes: { offered: [read, write], default: [read] }
    replace: { overlapMax: 7d }
  - slug: limited
    prefix: lim
    limits: [{ calls: 10, per: 60s }]
  - slug: other
    prefix: oth
apis:
  - slug: crm-api
    accepts: [crm]
  - slug: limited-api
    accepts: [limited]
  - slug: other-api
    accepts: [other]
`

/** A server with two APIs and an organization, and verifiers in this process that follow it. */
export class Installation implements AsyncDisposable {
  readonly server: TestServer
  readonly key: string
  readonly verifierKey: string
  readonly verifierKeyId: string
  readonly #verifiers: Verifier[] = []

  private constructor(server: TestServer, key: string, verifier: { secret: string; id: string }) {
    this.server = server
    this.key = key
    this.verifierKey = verifier.secret
    this.verifierKeyId = verifier.id
  }

  static async start(options: Parameters<typeof TestServer.start>[0] = {}): Promise<Installation> {
    const server = await TestServer.start({ testClock: false, ...options })
    const key = await server.bootstrap()
    await server.must(200, 'POST', '/v1/config:apply', { key, body: CONFIGURATION, headers: { 'content-type': 'application/yaml' } })
    await server.must(201, 'POST', '/v1/organizations', { key, body: { slug: 'acme', name: 'Acme' } })
    const issued = await server.must(201, 'POST', '/v1/verifier-keys', { key, body: { name: 'crm', apis: ['crm-api', 'limited-api'] } })
    return new Installation(server, key, { secret: issued.secret, id: issued.key.id })
  }

  async issue(body: Record<string, unknown> = {}, organization = 'acme'): Promise<{ id: string; secret: string }> {
    const issued = await this.server.must(201, 'POST', `/v1/organizations/${organization}/keys`, {
      key: this.key,
      body: { type: 'crm', environment: 'live', addresses: 'any', ...body },
    })
    return { id: issued.key.id, secret: issued.secret }
  }

  /** A verifier in this process; closed with the installation. */
  verifier(options: Partial<VerifierOptions> = {}): Verifier {
    const verifier = createVerifier({ url: this.server.url, verifierKey: this.verifierKey, api: 'crm-api', ...options })
    this.#verifiers.push(verifier)
    return verifier
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const verifier of this.#verifiers) await verifier.close()
    await this.server[Symbol.asyncDispose]()
  }
}

/** Waits for a condition, without a fixed time. */
export async function until(what: string, condition: () => boolean | Promise<boolean>, timeoutMs = 20_000): Promise<void> {
  const deadline = performance.now() + timeoutMs
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`never happened: ${what}`)
    await new Promise((done) => setTimeout(done, 10))
  }
}
