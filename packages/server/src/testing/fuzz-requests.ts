import { createPrivateKey, createPublicKey } from 'node:crypto'
import { isIP } from 'node:net'
import { api as apiSchema } from '@keywright/core/configuration/api.ts'
import { compileAddressSet } from '@keywright/core/network/address-set.ts'
import { parseAddress } from '@keywright/core/network/address.ts'
import { parseCidr } from '@keywright/core/network/cidr.ts'
import { clientAddress } from '@keywright/core/network/trusted-proxies.ts'
import { parseSecret } from '@keywright/core/secret/format.ts'
import { redactSecrets } from '@keywright/core/secret/redact.ts'
import { parseSessionToken } from '@keywright/core/session-token/parse.ts'
import { base64url, MintWorld, signText, signToken } from '@keywright/core/session-token/testing/mint.ts'
import { findCredential } from '@keywright/core/verification/carriers.ts'
import { readCompanion } from '@keywright/core/verification/companions.ts'
import { type CompiledApi, compileApi } from '@keywright/core/verification/compiled-api.ts'
import type { ClientRequest } from '@keywright/core/verification/request.ts'
import { matchRoute, readPath } from '@keywright/core/verification/routes.ts'
import { bearer, World } from '@keywright/core/verification/testing/world.ts'
import { expect } from 'vitest'
import { type Dice, target } from './fuzz.ts'

const secrets = new World()
const SECRETS = ['ucd', 'kw_mgmt', 'a', 'instance'].flatMap((prefix) => [secrets.secret(prefix), secrets.secret(prefix)])
const HEADERS = ['authorization', 'x-request-token', 'x-partner', 'host', 'cookie', 'constructor', '__proto__']
const FIELDS = ['api_key', 'partner_id', 'constructor', '__proto__', 'users']

const CARRIERS = [
  { in: 'header', name: 'Authorization', scheme: 'bearer' },
  { in: 'header', name: 'Authorization', scheme: 'raw' },
  { in: 'header', name: 'Authorization', scheme: 'basic' },
  { in: 'header', name: 'X-REQUEST-TOKEN' },
  { in: 'header', name: 'constructor' },
  { in: 'body', name: 'api_key' },
  { in: 'body', name: '__proto__' },
]
const COMPANIONS = [
  { names: 'organization', from: 'header', name: 'X-Partner', fold: 'lowercase' },
  { names: 'organization', from: 'body', name: 'partner_id' },
  { names: 'organization', from: 'path', name: 'org' },
  { names: 'organization', from: 'host', template: '{organization}.example.com' },
]
const ROUTES = ['/', '/orgs/{org}/projects', '/orgs/{org}', '/files/{rest+}', '/orgs/mine', '/api/v1/users'].map((path) => ({
  method: 'GET',
  path,
  scopes: [],
}))

/** Every API that can be made of these carriers; those that the configuration refuses are left out. */
const APIS: CompiledApi[] = Array.from({ length: 2 ** CARRIERS.length }, (_, set) => CARRIERS.filter((_carrier, at) => set & (1 << at)))
  .map((carriers) => apiSchema.safeParse({ slug: 'data', accepts: ['ucd'], carriers, companions: COMPANIONS, routes: ROUTES }))
  .flatMap((parsed) => (parsed.success ? [compileApi(parsed.data)] : []))

function credential(dice: Dice): string {
  const secret = dice.chance(0.7) ? dice.pick(SECRETS) : dice.mutate(dice.pick(SECRETS))
  const kind = dice.below(6)
  if (kind === 0) return secret
  if (kind === 1) return `Basic ${Buffer.from(dice.pick([`${secret}:`, `u:${secret}`, secret])).toString('base64')}`
  if (kind === 2) return dice.text()
  if (kind === 3) return dice.mutate(`Bearer ${secret}`)
  return `${dice.pick(['Bearer', 'bearer', 'Token', 'Basic', ''])}${dice.pick([' ', '  ', '\t', ''])}${secret}`
}

function requestPath(dice: Dice): string {
  const path = `/${dice.times(4, () => dice.pick(['orgs', 'acme', 'projects', 'mine', 'files', 'a%20b', '%c3%a9', '%2e', 'a"b', dice.text()])).join('/')}`
  return `${dice.chance(0.5) ? dice.mutate(path) : path}${dice.chance(0.3) ? `?key=${credential(dice)}` : ''}`
}

function clientRequest(dice: Dice): ClientRequest {
  const headers = Object.fromEntries(
    dice.times(5, () => {
      const values = dice.chance(0.1) ? dice.times(3, () => credential(dice)) : credential(dice)
      return [dice.chance(0.9) ? dice.pick(HEADERS) : dice.text().toLowerCase(), values]
    }),
  )
  const fields = Object.fromEntries(dice.times(3, () => [dice.pick(FIELDS), dice.chance(0.5) ? credential(dice) : dice.value(FIELDS)]))
  const body = dice.chance(0.3) ? fields : dice.chance(0.5) ? JSON.stringify(fields) : dice.mutate(JSON.stringify(fields))
  return {
    method: dice.pick(['GET', 'HEAD', 'get', 'POST', dice.text()]),
    path: requestPath(dice),
    headers,
    ...(dice.chance(0.7) ? { body } : {}),
    ...(dice.chance(0.5) ? { host: dice.chance(0.5) ? 'acme.example.com:443' : dice.mutate('acme.example.com') } : {}),
  }
}

/** The request with nothing in it but what the names stand for. */
function only(request: ClientRequest, headers: readonly string[], fields: readonly string[]): ClientRequest {
  const { body } = request
  const left = typeof body === 'object' && body !== null ? Object.fromEntries(Object.entries(body).filter(([name]) => fields.includes(name))) : body
  return { ...request, path: '/', headers: Object.fromEntries(Object.entries(request.headers).filter(([name]) => headers.includes(name))), body: left }
}

export const carriers = target({
  name: 'carriers',
  perThousand: 200,
  make: (dice) => ({ api: dice.below(APIS.length), request: clientRequest(dice) }),
  check: ({ api: at, request }) => {
    const api = APIS[at] as CompiledApi
    const found = findCredential(api, request, ['ucd', 'kw_mgmt', 'a', 'instance'])
    if (found.kind === 'denied') return false
    expect(api.definition.carriers).toContainEqual(found.carrier)
    expect(found.secret.trim()).not.toBe('')
    // It stands in that carrier alone: whatever else the request held had no part in it.
    const { carrier } = found
    const alone = only(request, carrier.in === 'header' ? [carrier.name.toLowerCase()] : [], carrier.in === 'body' ? [carrier.name] : [])
    expect(findCredential(api, carrier.in === 'header' ? { ...alone, body: undefined } : alone, ['ucd'])).toEqual(found)
    return true
  },
})

export const companions = target({
  name: 'companions',
  perThousand: 120,
  make: (dice) => clientRequest(dice),
  check: (request) => {
    const api = APIS[0] as CompiledApi
    const route = matchRoute(api, request.method, request.path)
    let values = 0
    for (const companion of api.companions) {
      const read = readCompanion(companion, request, route)
      if (read.kind !== 'value') continue
      values++
      expect(read.value.trim()).not.toBe('')
      const alone = only(request, [companion.key, 'host'], [companion.key])
      expect(readCompanion(companion, companion.from === 'body' ? alone : { ...alone, body: undefined }, route)).toEqual(read)
    }
    return values > 0
  },
})

export const routes = target({
  name: 'routes',
  perThousand: 150,
  make: (dice) => ({ method: dice.pick(['GET', 'HEAD', 'POST', dice.text()]), path: dice.chance(0.9) ? requestPath(dice) : dice.text() }),
  check: ({ method, path }) => {
    const segments = readPath(path)
    const match = matchRoute(APIS[0] as CompiledApi, method, path)
    if (segments === null) {
      expect(match).toEqual({ kind: 'refused', detail: 'path_refused' })
      return false
    }
    // The URL standard, which most servers follow, reads the same path.
    const standard = new URL(path, 'http://api.example').pathname.slice(1).split('/').map(decodeURIComponent)
    expect(segments.length === 0 ? [''] : segments).toEqual(standard)
    if (match.kind === 'matched') expect(Object.values(match.parameters)).not.toContain('')
    return true
  },
})

const mint = new MintWorld()
/** RFC 8410: what stands before the 32 bytes of an Ed25519 key. The same key each time. */
const signing = createPrivateKey({
  key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.alloc(32, 7)]),
  format: 'der',
  type: 'pkcs8',
})
const pair = { kid: 'fuzz', privateKey: signing, publicKey: createPublicKey(signing).export({ format: 'jwk' }).x as string }
mint.signWith(pair)
const TOKENS = Array.from({ length: 8 }, () => signToken(pair, mint.claims(mint.issue().secret)))
const KEYS = [mint.issue(), mint.issue()].map(({ secret }) => secret)
const CLAIMS = ['iss', 'sub', 'client_id', 'jti', 'iat', 'exp', 'nbf', 'crit', 'scope', 'aud', 'epoch', 'alg', 'typ', 'kid', 'secret_version', '__proto__']

function changedToken(dice: Dice): string {
  const token = dice.pick(TOKENS)
  if (dice.chance(0.5)) return dice.mutate(token)
  const parts = token.split('.') as [string, string, string]
  const at = dice.below(2)
  const claims = dice.disturb(JSON.parse(Buffer.from(parts[at] as string, 'base64url').toString()), CLAIMS)
  parts[at] = dice.chance(0.8) ? base64url(JSON.stringify(claims)) : base64url(dice.mutate(JSON.stringify(claims)))
  if (dice.chance(0.2)) parts[2] = dice.pick(TOKENS).split('.')[2] as string
  // Signed by somebody: right in form, but the key is another's.
  if (dice.chance(0.02)) return signText(mint.pair.privateKey, `${parts[0]}.${parts[1]}`)
  return parts.join('.')
}

export const tokens = target({
  name: 'session tokens',
  perThousand: 100,
  make: (dice) => (dice.chance(0.05) ? dice.pick([...TOKENS, ...KEYS]) : changedToken(dice)),
  check: (token) => {
    parseSessionToken(token)
    const expected = TOKENS.includes(token) ? 'allowed' : KEYS.includes(token) ? 'exchange_required' : expect.stringMatching(/^(?:malformed|unknown|missing)\b/)
    expect(mint.detail(token)).toEqual(expected)
    if (!TOKENS.includes(token.trim())) expect(mint.world.answer(mint.data, bearer(token))).not.toBe('allowed')
    return TOKENS.includes(token)
  },
})

export const secretForm = target({
  name: 'secrets',
  perThousand: 150,
  make: (dice) => {
    const secret = dice.pick(SECRETS)
    return {
      secret,
      changed: dice.chance(0.9) ? dice.mutate(secret) : dice.text(),
      before: dice.text(),
      after: dice.chance(0.2) ? dice.pick(SECRETS) : dice.text(),
    }
  },
  check: ({ secret, changed, before, after }) => {
    const parsed = parseSecret(changed)
    if (parsed) expect(`${parsed.prefix}_${parsed.body}`).toBe(changed)
    if (parsed?.checksumOk) expect(SECRETS.map((each) => each.slice(-30))).toContain(changed.slice(-30))
    for (const text of [`${before}${secret}${after}`, `${before}${changed}`])
      for (const prefixes of [[], ['ucd', 'a']]) {
        const shown = redactSecrets(text, prefixes)
        for (const each of SECRETS) if (text.includes(each)) expect(shown).not.toContain(each.slice(each.lastIndexOf('_') + 1))
      }
    return parsed !== null
  },
})

const ADDRESSES = [
  '127.0.0.1',
  '10.0.0.0/8',
  '2001:db8::/32',
  '::1',
  '::ffff:10.0.0.1',
  '::ffff:10.0.0.0/104',
  'fe80::1%eth0',
  '0.0.0.0/0',
  '[::1]:80',
  '1.2.3.4:5',
]
const TRUSTED = compileAddressSet(['10.0.0.0/8', '::1'])

export const addresses = target({
  name: 'addresses',
  perThousand: 150,
  make: (dice) => dice.times(3, () => (dice.chance(0.8) ? dice.mutate(dice.pick(ADDRESSES)) : dice.text())),
  check: (texts) => {
    let read = 0
    for (const text of texts) {
      const parsed = parseAddress(text)
      // Node reads the same addresses, but for zones, which name a link of one machine.
      expect(parsed.ok).toBe(isIP(text) !== 0 && !text.includes('%'))
      read += Number(parsed.ok)
      if (parsed.ok) expect(parseAddress(parsed.value.text)).toEqual(parsed)
      const network = parseCidr(text)
      if (!network.ok) expect(() => compileAddressSet([text])).toThrow(TypeError)
      else {
        expect(parseCidr(network.value.text)).toEqual(network)
        expect(compileAddressSet([text]).hasText(text.split('/')[0] as string)).toBe(true)
      }
    }
    const client = clientAddress({ connection: '10.1.1.1', forwardedFor: texts, trusted: TRUSTED })
    if (client !== null) expect(isIP(client)).not.toBe(0)
    return read > 0
  },
})
