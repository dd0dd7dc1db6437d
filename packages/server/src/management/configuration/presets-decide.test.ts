import { hash, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { KeyType } from '@keywright/core/configuration/key-type.ts'
import { RateLimiter } from '@keywright/core/rate-limit/rate-limiter.ts'
import { Replica } from '@keywright/core/replica/replica.ts'
import type { KeyRecord } from '@keywright/core/replica/change.ts'
import { generateSecret } from '@keywright/core/secret/generate.ts'
import { verify } from '@keywright/core/verification/verify.ts'
import { describe, expect, it } from 'vitest'
import { parseConfigurationFile } from './parse-file.ts'

const NOW = Date.UTC(2025, 8, 1)
const ACME = 'org_0000000000000000000000000a'
const ZETA = 'org_0000000000000000000000000b'

/** All four presets in one replica, with two organizations and a key for each type of each. */
function install(entitlements = ['insider-upsert']) {
  const replica = new Replica(new Uint32Array(8))
  const limiter = new RateLimiter()
  const types = new Map<string, KeyType>()
  for (const system of ['insider-2024', 'insider-one', 'insidemaps', 'insites']) {
    const file = parseConfigurationFile(readFileSync(new URL(`../../../../../presets/${system}.yaml`, import.meta.url), 'utf8'))
    if (!file.ok) throw new Error(JSON.stringify(file.error))
    for (const keyType of file.value.keyTypes) {
      types.set(keyType.slug, keyType)
      replica.applyChange({ kind: 'keyType', keyType })
    }
    for (const api of file.value.apis) replica.applyChange({ kind: 'api', api })
  }
  for (const [id, slug, alias] of [
    [ACME, 'acme', 'acmebrand'],
    [ZETA, 'zeta', 'zetabrand'],
  ] as const) {
    replica.applyChange({ kind: 'organization', organization: { id, slug, aliases: [alias], status: 'active', entitlements } })
  }
  let count = 0
  const issue = (slug: string, fields: Partial<KeyRecord> = {}): string => {
    const type = types.get(slug) as KeyType
    const secret = generateSecret({ prefix: type.prefix, length: type.secretLength }, (length) => randomBytes(length)).reveal()
    const id = `key_${String(++count).padStart(26, '0')}`
    const digest = hash('sha256', secret, 'base64url')
    replica.applyChange({
      kind: 'key',
      key: {
        id,
        organizationId: ACME,
        environment: 'live',
        type: slug,
        name: '',
        origin: null,
        status: 'active',
        expiresAt: null,
        scopes: type.scopes.default,
        addresses: 'any',
        limits: null,
        grant: null,
        epoch: 0,
        versions: [{ number: 1, digest, endsAt: null }],
        ...fields,
      },
    })
    return secret
  }
  const ask = (
    api: string,
    request: { method?: string; path: string; headers?: Record<string, string>; host?: string; body?: unknown },
    now = NOW,
    address = '192.0.2.7',
  ): string => {
    const decision = verify({ replica, limiter, now, digest: (secret) => hash('sha256', secret, 'latin1') }, replica.api(api) ?? null, {
      request: { method: 'POST', headers: {}, ...request },
      address,
    })
    return decision.valid ? 'allowed' : decision.reason
  }
  return { replica, issue, ask }
}

describe.each(['insider-2024', 'insider-one'])('%s', (system) => {
  const ucd = (path: string, headers: Record<string, string>, method = 'POST') => ({ method, path, headers })

  it('lets one UCD key make all eight calls, with the partner name in any case', () => {
    const { issue, ask } = install()
    const headers = { 'X-REQUEST-TOKEN': issue(`${system}-ucd`), 'X-PARTNER-NAME': 'AcmeBrand' }
    const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
    for (const path of [
      '/api/user/v1/upsert',
      '/api/raw/v1/export',
      '/api/user/v1/profile',
      '/api/user/v1/attribute/delete',
      '/api/user/v1/delete',
      '/api/user/v1/anonymize',
    ])
      expect([path, ask(`${system}-ucd`, ucd(path, lower))]).toEqual([path, 'allowed'])
    for (const method of ['PATCH', 'DELETE']) expect(ask(`${system}-ucd`, ucd('/api/user/v1/identity', lower, method))).toBe('allowed')
  })

  it('refuses a foreign partner name, another type, a missing key and an unlisted route, each by its reason', () => {
    const { issue, ask } = install()
    const secret = issue(`${system}-ucd`)
    const path = '/api/user/v1/profile'
    expect(ask(`${system}-ucd`, ucd(path, { 'x-request-token': secret, 'x-partner-name': 'zetabrand' }))).toBe('organization_mismatch')
    expect(ask(`${system}-ucd`, ucd(path, { 'x-request-token': secret }))).toBe('organization_mismatch')
    expect(ask(`${system}-transactional-sms`, ucd('/v1/send', { 'x-ins-auth-key': secret }))).toBe('wrong_type')
    expect(ask(`${system}-ucd`, ucd(path, { 'x-partner-name': 'acmebrand' }))).toBe('missing')
    expect(ask(`${system}-ucd`, ucd('/api/other', { 'x-request-token': secret, 'x-partner-name': 'acmebrand' }))).toBe('insufficient_scope')
  })

  it('refuses upsert without the entitlement, and nothing else', () => {
    const { issue, ask } = install([])
    const headers = { 'x-request-token': issue(`${system}-ucd`), 'x-partner-name': 'acmebrand' }
    expect([ask(`${system}-ucd`, ucd('/api/user/v1/upsert', headers)), ask(`${system}-ucd`, ucd('/api/user/v1/profile', headers))]).toEqual([
      'not_entitled',
      'allowed',
    ])
  })

  it('takes web push keys as Bearer with partner_id, and mobile keys in the body only', () => {
    const { issue, ask } = install()
    const push = { path: '/api/v1/web-push/send', headers: { authorization: `Bearer ${issue(`${system}-web-push`)}` } }
    expect(ask(`${system}-web-push`, { ...push, body: { partner_id: 'acmebrand' } })).toBe('allowed')
    expect(ask(`${system}-web-push`, { ...push, body: { partner_id: 'zetabrand' } })).toBe('organization_mismatch')
    const mobile = issue(`${system}-mobile`)
    expect(ask(`${system}-mobile`, { path: '/api/v1/notification/user', body: { api_key: mobile } })).toBe('allowed')
    expect(ask(`${system}-mobile`, { path: '/api/v1/notification/user', headers: { authorization: `Bearer ${mobile}` }, body: {} })).toBe('wrong_carrier')
  })
})

it('insider-one retires web push keys of the old page at the instant, and no others; a new account lets mobile calls in from nowhere', () => {
  const { replica, issue, ask } = install()
  const call = (secret: string, now: number) =>
    ask('insider-one-web-push', { path: '/api/v1/web-push/send', headers: { authorization: `Bearer ${secret}` }, body: { partner_id: 'acmebrand' } }, now)
  const old = issue('insider-one-web-push', { origin: 'web-push-settings' })
  const end = Date.UTC(2025, 9, 15)
  expect([call(old, end - 1), call(old, end), call(issue('insider-one-web-push'), end)]).toEqual(['allowed', 'retired', 'allowed'])
  replica.applyChange({
    kind: 'addressList',
    addressList: { organizationId: ACME, type: 'insider-one-mobile', addresses: [{ cidr: '127.0.0.1', label: null }] },
  })
  expect(ask('insider-one-mobile', { path: '/api/v1/notification/user', body: { api_key: issue('insider-one-mobile') } })).toBe('ip_not_allowed')
})

it("insidemaps refuses another organization's id in the path, and every key from the instant it expires", () => {
  const { issue, ask } = install()
  const headers = { authorization: `Bearer ${issue('insidemaps-api-key', { expiresAt: NOW + 1000 })}` }
  const call = (organization: string, now = NOW) => ask('insidemaps', { method: 'GET', path: `/api/v2/organizations/${organization}/projects`, headers }, now)
  expect([call('acme'), call(ACME), call('zeta'), call('acme', NOW + 999), call('acme', NOW + 1000)]).toEqual([
    'allowed',
    'allowed',
    'organization_mismatch',
    'allowed',
    'expired',
  ])
})

it('insites takes the raw key on its own instance and environment, 300 times a minute', () => {
  const { issue, ask } = install()
  const secret = issue('insites-instance-key', { environment: 'production' })
  const staging = issue('insites-instance-key', { environment: 'staging' })
  const call = (authorization: string, host = 'acme.localhost:4501', api = 'insites-crm', now = NOW) =>
    ask(api, { method: 'GET', path: '/crm/api/v2/contacts', headers: authorization === '-' ? {} : { authorization }, host }, now)
  expect([call(`Bearer ${secret}`), call(''), call('-'), call(staging), call(secret, 'zeta.localhost')]).toEqual([
    'wrong_carrier',
    'missing',
    'missing',
    'wrong_environment',
    'organization_mismatch',
  ])
  expect([call(staging, 'acme-staging.localhost', 'insites-crm-staging'), call(secret, 'acme-staging.localhost', 'insites-crm-staging')]).toEqual([
    'allowed',
    'wrong_environment',
  ])
  expect(Array.from({ length: 301 }, () => call(secret)).filter((answer) => answer === 'allowed')).toHaveLength(300)
  expect([call(secret), call(secret, undefined, undefined, NOW + 62_000)]).toEqual(['rate_limited', 'allowed'])
})
