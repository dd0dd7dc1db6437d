import { type Answered, TestServer } from '../harness.ts'

export const EXCHANGE = {
  grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
  subject_token_type: 'urn:keywright:params:oauth:token-type:api-key',
}

/** A server with the master tokens of the InsideMaps preset: a mint to ask, and a verifier of its API. */
export class MasterTokens implements AsyncDisposable {
  readonly server: TestServer
  readonly key: string
  readonly verifier: string

  private constructor(server: TestServer, key: string, verifier: string) {
    this.server = server
    this.key = key
    this.verifier = verifier
  }

  static async start(now: string, env: Record<string, string> = {}): Promise<MasterTokens> {
    const server = await TestServer.start({ env })
    const key = await server.bootstrap()
    await server.setClock(now)
    await server.applyPreset('insidemaps', key)
    for (const slug of ['acme', 'zeta']) await server.must(201, 'POST', '/v1/organizations', { key, body: { slug, environments: ['live'] } })
    const { secret } = await server.must(201, 'POST', '/v1/verifier-keys', { key, body: { name: 'sample', apis: ['insidemaps'] } })
    return new MasterTokens(server, key, secret)
  }

  /** A master token; `pending` until activated. */
  async generate(name: string, options: { activate?: boolean; organization?: string } = {}): Promise<{ id: string; secret: string; path: string }> {
    const keys = `/v1/organizations/${options.organization ?? 'acme'}/keys`
    const { key, secret } = await this.server.must(201, 'POST', keys, { key: this.key, body: { type: 'insidemaps-master-token', name } })
    const path = `${keys}/${key.id}`
    if (options.activate !== false) await this.server.must(200, 'POST', `${path}:activate`, { key: this.key })
    return { id: key.id, secret, path }
  }

  form(path: string, fields: Record<string, string> | string, headers: Record<string, string> = {}): Promise<Answered> {
    const body = typeof fields === 'string' ? fields : new URLSearchParams(fields).toString()
    return this.server.call('POST', path, { body, headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers } })
  }

  exchange(secret: string, more: Record<string, string> = {}, headers: Record<string, string> = {}): Promise<Answered> {
    return this.form('/oauth2/token', { ...EXCHANGE, subject_token: secret, ...more }, headers)
  }

  async mint(secret: string, more: Record<string, string> = {}): Promise<string> {
    const { status, body } = await this.exchange(secret, more)
    if (status !== 200) throw new Error(`the mint answered ${status}: ${JSON.stringify(body)}`)
    return body.access_token as string
  }

  /** What a call with this gets, as the API's verifier says: `allowed`, or reason and detail. */
  async call(credential: string, organization = 'acme'): Promise<string> {
    const path = `/api/v2/organizations/${organization}/projects`
    const request = { method: 'GET', path, headers: { authorization: `Bearer ${credential}` } }
    const answer = await this.server.must(200, 'POST', '/v1/verify', { key: this.verifier, body: { request } })
    return answer.valid ? 'allowed' : [answer.reason, answer.detail].filter(Boolean).join(' ')
  }

  async command(path: string, name: string, body: object = {}): Promise<Answered['body']> {
    return this.server.must(200, 'POST', `${path}:${name}`, { key: this.key, body })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]()
  }
}
