import { createPublicKey, verify } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { EXCHANGE, MasterTokens } from './systems/session-fixture.ts'

const NOW = Date.parse('2027-05-01T08:00:00Z')
const HOUR = 3_600_000
const DAY = 24 * HOUR

let maps: MasterTokens
const at = (milliseconds: number) => maps.server.setClock(new Date(NOW + milliseconds).toISOString())

beforeAll(async () => {
  maps = await MasterTokens.start(new Date(NOW).toISOString(), { KEYWRIGHT_TRUSTED_PROXIES: '127.0.0.1' })
})
afterAll(async () => maps[Symbol.asyncDispose]())

const basic = () => ({ authorization: `Bearer ${maps.verifier}` })
const sessionsOf = async (path: string) => (await maps.server.must(200, 'GET', `${path}/sessions`, { key: maps.key })).items

describe('sessions survive the server', () => {
  test.each(['SIGTERM', 'SIGKILL'] as const)('%s: a session lives on, and what ended before stays ended', async (signal) => {
    const alive = await maps.generate(`Alive ${signal}`)
    const cut = await maps.generate(`Cut ${signal}`)
    const overlapped = await maps.generate(`Overlapped ${signal}`)
    const tokens = await Promise.all([alive, cut, overlapped].map(({ secret }) => maps.mint(secret)))
    const [single] = await sessionsOf(alive.path)
    const alone = await maps.mint(alive.secret)
    await maps.server.must(200, 'DELETE', `${alive.path}/sessions/${single.id}`, { key: maps.key })
    await maps.command(cut.path, 'deactivate')
    await maps.command(cut.path, 'activate')
    await maps.command(overlapped.path, 'replace', { expectedVersion: 1, overlapSeconds: 3600 })
    const expected = ['removed session_ended', 'replaced session_superseded', 'allowed', 'allowed']
    const ask = () => Promise.all([...tokens, alone].map((token) => maps.call(token)))
    expect(await ask()).toEqual(expected)
    await maps.server.stop(signal)
    await maps.server.run()
    await at(0)
    expect(await ask()).toEqual(expected)
  })
})

describe('the list of sessions', () => {
  test('shows when, where and by whom each was minted, and why it ended', async () => {
    const { secret, path } = await maps.generate('Listed')
    await maps.exchange(secret, { audience: 'insidemaps' }, { 'user-agent': 'renderer/1', 'x-forwarded-for': '198.51.100.7' })
    const token = await maps.mint(secret)
    const items = await sessionsOf(path)
    expect(items).toHaveLength(2)
    const first = items.find((each: { client: string }) => each.client === 'renderer/1')
    expect(first).toMatchObject({ status: 'live', address: '198.51.100.7', audience: 'insidemaps', secretVersion: 1, endedAt: null })
    expect(Date.parse(first.expiresAt) - Date.parse(first.issuedAt)).toBe(HOUR)
    const other = items.find((each: { id: string }) => each.id !== first.id)
    const ended = await maps.server.must(200, 'DELETE', `${path}/sessions/${other.id}`, { key: maps.key })
    expect(ended.status).toBe('ended')
    expect(await maps.call(token)).toBe('removed session_ended')
    expect((await maps.server.must(200, 'DELETE', `${path}/sessions/${other.id}`, { key: maps.key })).endedAt).toBe(ended.endedAt)
    await maps.command(path, 'deactivate')
    expect((await sessionsOf(path)).map((each: { status: string }) => each.status).toSorted()).toEqual(['ended', 'superseded'])
    const events = await maps.server.must(200, 'GET', `${path}/events`, { key: maps.key })
    expect(events.items.filter((event: { action: string }) => event.action === 'session.ended')).toHaveLength(1)
    expect(JSON.stringify([items, events])).not.toContain(token.split('.')[2])
  })

  test('is shown and shortened by the command line too', async () => {
    const { id, secret } = await maps.generate('By command')
    const token = await maps.mint(secret)
    const listed = await maps.server.cli(['sessions', 'list', 'acme', id, '--json'], { key: maps.key })
    const [session] = JSON.parse(listed.stdout).items
    const ended = await maps.server.cli(['sessions', 'end', 'acme', id, session.id], { key: maps.key })
    expect([ended.code, ended.stdout]).toEqual([0, `Session ${session.id} is ended.\n`])
    expect(await maps.call(token)).toBe('removed session_ended')
  })

  test('is of one key of one organization: a stranger, another key and another role get 404 and 403', async () => {
    const mine = await maps.generate('Mine')
    const other = await maps.generate('Other')
    await maps.mint(mine.secret)
    const [session] = await sessionsOf(mine.path)
    const { server, key } = maps
    const stranger = (await server.must(201, 'POST', '/v1/organizations/zeta/management-keys', { key, body: { name: `Zeta ${session.id}`, role: 'owner' } }))
      .secret
    const auditor = (await server.must(201, 'POST', '/v1/organizations/acme/management-keys', { key, body: { name: `Aud ${session.id}`, role: 'auditor' } }))
      .secret
    const status = async (method: string, path: string, who?: string) => (await server.call(method, path, { key: who })).status
    const one = `${mine.path}/sessions/${session.id}`
    expect(await Promise.all([undefined, stranger, auditor, maps.verifier].map((who) => status('GET', `${mine.path}/sessions`, who)))).toEqual([
      401, 404, 200, 401,
    ])
    expect(await Promise.all([undefined, stranger, auditor].map((who) => status('DELETE', one, who)))).toEqual([401, 404, 403])
    expect(await status('DELETE', `${other.path}/sessions/${session.id}`, key)).toBe(404)
    expect(await status('DELETE', `${mine.path}/sessions/ses_00000000000000000000000000`, key)).toBe(404)
    expect(await status('DELETE', `${mine.path}/sessions/nonsense`, key)).toBe(404)
    expect(await Promise.all([auditor, stranger].map((who) => status('GET', '/v1/signing-keys', who)))).toEqual([403, 403])
    expect(await Promise.all([undefined, auditor].map((who) => status('POST', '/v1/signing-keys:rotate', who)))).toEqual([401, 403])
    expect((await sessionsOf(mine.path))[0].status).toBe('live')
  })
})

describe('signing keys', () => {
  test('the first is made once, however many ask at once; whoever may not mint gets none made', async () => {
    await using fresh = await MasterTokens.start(new Date(NOW).toISOString())
    const { secret } = await fresh.generate('First')
    expect((await fresh.exchange('imt_nonsense')).status).toBe(400)
    expect((await fresh.server.must(200, 'GET', '/.well-known/jwks.json')).keys).toEqual([])
    const tokens = await Promise.all(Array.from({ length: 20 }, () => fresh.mint(secret)))
    expect(await Promise.all(tokens.map((token) => fresh.call(token)))).toEqual(Array(20).fill('allowed'))
    expect((await fresh.server.must(200, 'GET', '/.well-known/jwks.json')).keys).toHaveLength(1)
    // Another installation, with the very same key in its hands, knows nothing of these tokens.
    expect(await maps.call(tokens[0] as string)).toBe('unknown session_signing_key')
  })

  test('a change of the master key takes the signing key along', async () => {
    await using fresh = await MasterTokens.start(new Date(NOW).toISOString())
    const { secret } = await fresh.generate('Under another master key')
    const token = await fresh.mint(secret)
    await fresh.server.stop()
    const rotated = await fresh.server.cli(['master-key', 'rotate', '--json'])
    expect([rotated.stderr, rotated.code]).toEqual(['', 0])
    await fresh.server.run()
    await fresh.server.setClock(new Date(NOW).toISOString())
    const { kid } = JSON.parse(Buffer.from((await fresh.mint(secret)).split('.')[0] as string, 'base64url').toString()) as { kid: string }
    expect(token.startsWith(Buffer.from(JSON.stringify({ alg: 'EdDSA', typ: 'at+jwt', kid })).toString('base64url'))).toBe(true)
    expect(await fresh.call(token)).toBe('allowed')
  })

  test('anybody can check a token with the public keys, and nobody sees a private one', async () => {
    const { secret } = await maps.generate('Checked')
    const token = await maps.mint(secret)
    const [head, body, signature] = token.split('.') as [string, string, string]
    const { keys } = await maps.server.must(200, 'GET', '/.well-known/jwks.json')
    const { kid } = JSON.parse(Buffer.from(head, 'base64url').toString()) as { kid: string }
    const jwk = keys.find((each: { kid: string }) => each.kid === kid)
    expect(Object.keys(jwk).toSorted()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x'])
    expect(verify(null, Buffer.from(`${head}.${body}`), createPublicKey({ key: jwk, format: 'jwk' }), Buffer.from(signature, 'base64url'))).toBe(true)
  })

  test('rotate by the command line: old tokens live until they expire, new ones are signed anew, the old key leaves when none can live', async () => {
    const { secret } = await maps.generate('Rotated')
    const token = await maps.mint(secret)
    const rotated = await maps.server.cli(['signing-keys', 'rotate', '--json'], { key: maps.key })
    expect([rotated.code, rotated.stderr]).toEqual([0, ''])
    const fresh = await maps.mint(secret)
    const kidOf = (each: string) => JSON.parse(Buffer.from(each.split('.')[0] as string, 'base64url').toString()).kid as string
    expect(kidOf(fresh)).toBe(JSON.parse(rotated.stdout).kid)
    expect(kidOf(token)).not.toBe(kidOf(fresh))
    expect([await maps.call(token), await maps.call(fresh)]).toEqual(['allowed', 'allowed'])
    const kids = async () => (await maps.server.must(200, 'GET', '/.well-known/jwks.json')).keys.map((each: { kid: string }) => each.kid)
    expect(await kids()).toEqual([kidOf(fresh), kidOf(token)])
    await at(HOUR)
    expect(await maps.call(token)).toBe('expired session_expired')
    await at(DAY + 61_000)
    expect(await kids()).toEqual([kidOf(fresh)])
    expect(await maps.call(token)).toBe('unknown session_signing_key')
    const listed = await maps.server.cli(['signing-keys', 'list'], { key: maps.key })
    expect(listed.stdout).toContain(kidOf(token))
    await at(0)
  })
})

describe('introspection (RFC 7662)', () => {
  test('says whose a session is, to a verifier of the API, and of anything else only that it is not active', async () => {
    const { secret, id, path } = await maps.generate('Introspected')
    const token = await maps.mint(secret)
    const ask = async (value: string) => (await maps.form('/v1/introspect', { token: value }, basic())).body
    // The organization is named by the path at this API, which introspection has none of: an operator's verifier asks.
    const { secret: all } = await maps.server.must(201, 'POST', '/v1/verifier-keys', { key: maps.key, body: { name: 'operator', apis: 'all' } })
    const active = (await maps.form('/v1/introspect', { token }, { authorization: `Bearer ${all}` })).body
    expect(active).toMatchObject({
      active: true,
      client_id: id,
      sub: id,
      token_type: 'Bearer',
      organization: 'acme',
      environment: 'live',
      key_type: 'insidemaps-master-token',
    })
    expect(active.exp - active.iat).toBe(3600)
    expect(active.iss).toMatch(/^ins_/)
    expect(await ask('nonsense')).toEqual({ active: false })
    expect(await ask(secret)).toEqual({ active: false })
    await maps.command(path, 'deactivate')
    expect((await maps.form('/v1/introspect', { token }, { authorization: `Bearer ${all}` })).body).toEqual({ active: false })
    expect((await maps.form('/v1/introspect', { token })).status).toBe(401)
    expect((await maps.form('/v1/introspect', { token }, { authorization: `Bearer ${maps.key}` })).status).toBe(401)
  })
})

describe('revocation by possession (RFC 7009)', () => {
  test('does what the type allows, and always answers the same', async () => {
    const { server, key } = maps
    const type = { label: 'T', prefix: 'pos', mints: { lifetime: '1h' } }
    const put = (slug: string, possession: string) =>
      server.must(200, 'PUT', `/v1/key-types/${slug}`, { key, body: { ...type, slug, prefix: slug, possession } })
    await Promise.all([put('posrevoke', 'revoke'), put('posdeact', 'deactivate'), put('posoff', 'off')])
    const statuses: string[] = []
    for (const slug of ['posrevoke', 'posdeact', 'posoff']) {
      const issued = await server.must(201, 'POST', '/v1/organizations/acme/keys', { key, body: { type: slug, name: slug } })
      const path = `/v1/organizations/acme/keys/${issued.key.id}`
      const session = await maps.mint(issued.secret)
      expect(await maps.form('/v1/revoke', { token: session })).toMatchObject({ status: 200, body: {} })
      const alive = async () => (await sessionsOf(path)).map((each: { status: string }) => each.status)
      expect(await alive()).toEqual([slug === 'posoff' ? 'live' : 'ended'])
      const old = issued.secret
      const { secret } = await maps.command(path, 'replace', { expectedVersion: 1 })
      expect((await maps.form('/v1/revoke', { token: old })).status).toBe(200)
      expect((await server.must(200, 'GET', path, { key })).status).toBe('active')
      expect(await maps.form('/v1/revoke', { token: secret, token_type_hint: 'access_token' })).toMatchObject({ status: 200, body: {} })
      statuses.push((await server.must(200, 'GET', path, { key })).status)
    }
    expect(statuses).toEqual(['removed', 'inactive', 'active'])
    for (const token of ['nonsense', 'eyJ.eyJ.x', maps.key, maps.verifier]) expect((await maps.form('/v1/revoke', { token })).status).toBe(200)
    await server.must(200, 'GET', '/v1/me', { key })
    expect((await maps.form('/v1/revoke', {})).status).toBe(400)
  })
})

describe('the token endpoint', () => {
  test('names what is wrong in the words of OAuth, and echoes no secret', async () => {
    const { secret } = await maps.generate('Strict')
    const error = async (fields: Record<string, string> | string) => {
      const { status, body } = await maps.form('/oauth2/token', fields)
      expect(JSON.stringify(body)).not.toContain(secret)
      return `${status} ${body.error}`
    }
    const good = { ...EXCHANGE, subject_token: secret }
    expect(await error({ ...good, grant_type: 'client_credentials' })).toBe('400 unsupported_grant_type')
    expect(await error({ ...good, subject_token_type: secret })).toBe('400 invalid_request')
    expect(await error({ ...good, scope: 'more' })).toBe('400 invalid_scope')
    expect(await error({ ...good, audience: 'nowhere' })).toBe('400 invalid_target')
    expect(await error({ ...good, resource: 'https://example.com' })).toBe('400 invalid_request')
    expect(await error(`${new URLSearchParams(good)}&subject_token=${secret}`)).toBe('400 invalid_request')
    expect(await error(EXCHANGE)).toBe('400 invalid_request')
    expect(await error('')).toBe('400 invalid_request')
    const json = await maps.server.call('POST', '/oauth2/token', { body: good })
    expect([json.status, json.body.error]).toEqual([415, 'invalid_request'])
    expect((await maps.server.call('POST', '/oauth2/token?x=1', { body: '', headers: { 'content-type': 'application/x-www-form-urlencoded' } })).status).toBe(
      422,
    )
    expect((await maps.server.call('GET', '/oauth2/token')).status).toBe(405)
    expect((await maps.form('/oauth2/token', `a=${'x'.repeat(20_000)}`)).status).toBe(413)
  })

  test('knows the address of whoever asks, through trusted proxies only from the right', async () => {
    const { secret, path } = await maps.generate('Somewhere')
    const type = await maps.server.must(200, 'GET', '/v1/key-types/insidemaps-master-token', { key: maps.key })
    await maps.server.must(200, 'PUT', '/v1/key-types/insidemaps-master-token', { key: maps.key, body: { ...type.keyType, addresses: { mode: 'optional' } } })
    await maps.server.must(200, 'PATCH', path, { key: maps.key, body: { addresses: [{ cidr: '198.51.100.0/24' }] } })
    const from = async (forwarded: string) => (await maps.exchange(secret, {}, { 'x-forwarded-for': forwarded })).body.reason ?? 'minted'
    expect([await from('198.51.100.9'), await from('198.51.100.9, 192.0.2.1'), await from('192.0.2.1, 198.51.100.9')]).toEqual([
      'minted',
      'ip_not_allowed',
      'minted',
    ])
    await maps.server.must(200, 'PUT', '/v1/key-types/insidemaps-master-token', { key: maps.key, body: type.keyType })
  })

  test('a token in a URL is refused and never logged', async () => {
    const { secret } = await maps.generate('In a URL')
    const token = await maps.mint(secret)
    expect((await maps.server.call('GET', `/v1/me?access_token=${token}`)).body.code).toBe('secret_in_url')
    const [, , signature] = token.split('.') as [string, string, string]
    expect([maps.server.output.includes(signature), maps.server.output.includes(secret)]).toEqual([false, false])
  })

  test('whatever is sent as a token, nothing answers with a 500 or allows it', async () => {
    const { secret } = await maps.generate('Fuzzed')
    const token = await maps.mint(secret)
    const parts = token.split('.')
    const piece = fc.oneof(
      fc.string(),
      fc.constantFrom(...parts),
      fc.json().map((text) => Buffer.from(text).toString('base64url')),
      fc.string({ unit: 'binary' }),
    )
    const anything = fc.oneof(
      fc.array(piece, { maxLength: 5 }).map((pieces) => pieces.join('.')),
      fc.string({ unit: 'binary' }),
    )
    await fc.assert(
      fc.asyncProperty(anything, async (text) => {
        fc.pre(text !== token && text !== secret)
        const verified = await maps.server.call('POST', '/v1/verify', { key: maps.verifier, body: { secret: text, organization: 'acme' } })
        expect([200, 422]).toContain(verified.status)
        expect(verified.body.valid ?? false).toBe(false)
        const exchanged = await maps.exchange(text)
        expect(exchanged.status).toBe(400)
        const introspected = await maps.form('/v1/introspect', { token: text }, basic())
        expect(introspected.body.active ?? false).toBe(false)
        const revoked = await maps.form('/v1/revoke', { token: text })
        expect([200, 400]).toContain(revoked.status)
        expect(introspected.status).toBeLessThan(500)
      }),
      { numRuns: 150 },
    )
  }, 60_000)
})
