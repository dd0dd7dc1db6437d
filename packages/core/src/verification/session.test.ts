import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MintWorld, signToken } from '../session-token/testing/mint.ts'
import { bearer, SEED, storedDigest } from './testing/world.ts'
import { Replica } from '../replica/replica.ts'

const HOUR = 3_600_000

describe('the mint', () => {
  test('takes an active key of a type that mints, and nothing else', () => {
    const mint = new MintWorld()
    const { world } = mint
    world.type({ slug: 'ucd', prefix: 'ucd' })
    const pending = mint.issue({ status: 'pending' })
    const key = mint.issue()
    const token = mint.mint(key.secret)
    const plain = world.issue(mint.acme)
    const own = world.issue(mint.acme, { type: 'kw-management' }, 'kw_mgmt')
    expect([pending.secret, key.secret, token, plain.secret, own.secret, world.secret('imt'), 'x', ' '].map((secret) => mint.answer(secret))).toEqual([
      'pending',
      'minted',
      'wrong_type session_token',
      'wrong_type type_does_not_mint',
      'wrong_type type_does_not_mint',
      'unknown',
      'malformed',
      'missing',
    ])
  })

  test('asks the same of a key as a call does: status, address, scope, entitlement, limit', () => {
    const mint = new MintWorld({ addresses: { mode: 'optional' }, scopes: { offered: ['read', 'write'] }, limits: [{ calls: 2, per: '60s' }] })
    const { secret } = mint.issue({ addresses: ['10.0.0.0/8'], scopes: ['read'] })
    expect(mint.answer(secret)).toBe('ip_not_allowed address_missing')
    expect(mint.answer(secret, { address: '192.0.2.1' })).toBe('ip_not_allowed key_list')
    expect(mint.answer(secret, { address: '10.1.1.1', scopes: ['write'] })).toBe('insufficient_scope')
    expect([1, 2, 3].map(() => mint.answer(secret, { address: '10.1.1.1' }))).toEqual(['minted', 'minted', 'rate_limited'])
  })

  test('gives no longer life than the type says, nor beyond the second in which the key ends', () => {
    const mint = new MintWorld()
    mint.world.now += 789
    const claims = mint.claims(mint.issue().secret)
    expect(claims.expiresAt - claims.issuedAt).toBe(HOUR)
    expect(claims.issuedAt % 1000).toBe(0)
    const short = mint.claims(mint.issue({ expiresAt: mint.world.now + 1500 }).secret)
    expect(short.expiresAt).toBe(Math.ceil((mint.world.now + 1500) / 1000) * 1000)
  })
})

describe('a session token at an API', () => {
  test('stands for its key; the key itself is told to exchange', () => {
    const mint = new MintWorld()
    const key = mint.issue()
    const token = mint.mint(key.secret)
    expect(mint.world.ask(mint.data, bearer(token))).toMatchObject({ valid: true, key: { id: key.record.id, secretVersion: 1, session: { audience: null } } })
    expect(mint.world.answer(mint.data, bearer(key.secret))).toBe('exchange_required')
  })

  test('is good right after minting, whatever came before', () => {
    const mint = new MintWorld()
    const key = mint.issue()
    for (let round = 0; round < 5; round++) {
      mint.world.now += 1
      expect(mint.detail(mint.mint(key.secret))).toBe('allowed')
      mint.deactivate(key)
      mint.activate(key)
    }
  })

  test('has at most the scopes it names, of those the key still has', () => {
    const mint = new MintWorld({ scopes: { offered: ['read', 'write', 'admin'] } })
    const key = mint.issue({ scopes: ['read', 'write'] })
    const all = mint.mint(key.secret)
    const less = mint.mint(key.secret, { scopes: ['read'] })
    const none = mint.mint(key.secret, { scopes: [] })
    const may = (token: string, scope: string) => mint.world.answer(mint.data, { secret: token, requiredScopes: [scope] })
    expect([may(all, 'write'), may(less, 'read'), may(less, 'write'), may(none, 'read')]).toEqual([
      'allowed',
      'allowed',
      'insufficient_scope',
      'insufficient_scope',
    ])
    mint.world.update(key, { scopes: ['read', 'admin'] })
    // Trap 8: what the key gets later does not attach itself to a token from before.
    expect([may(all, 'write'), may(all, 'admin'), may(less, 'read')]).toEqual(['insufficient_scope', 'insufficient_scope', 'allowed'])
  })

  test('for one API is good nowhere else, and where no API is named', () => {
    const mint = new MintWorld()
    const other = mint.world.api({ slug: 'other', accepts: ['master'] })
    const { secret } = mint.issue()
    const token = mint.mint(secret, { audience: 'data' })
    expect([mint.data, other, null].map((api) => mint.world.detail(api, { secret: token }))).toEqual([
      'allowed',
      'wrong_type session_audience',
      'wrong_type session_audience',
    ])
    expect(['nowhere', 'kw-management'].map((audience) => mint.answer(secret, { audience }))).toEqual([
      'wrong_type session_audience',
      'wrong_type session_audience',
    ])
  })

  test('trap 2: what restricts the key restricts its sessions, also those whose signature was checked before', () => {
    const mint = new MintWorld({ addresses: { mode: 'optional' } })
    const { world, data, acme } = mint
    const key = mint.issue()
    const token = mint.mint(key.secret)
    const ask = () => world.detail(data, { secret: token, address: '192.0.2.1' })
    expect(ask()).toBe('allowed')
    world.update(key, { addresses: ['10.0.0.0/8'] })
    expect(ask()).toBe('ip_not_allowed key_list')
    world.update(key, { addresses: 'any', expiresAt: world.now })
    expect(ask()).toBe('expired')
    world.update(key, { expiresAt: null })
    world.change({ kind: 'organization', organization: { ...acme, status: 'suspended' } })
    expect(ask()).toBe('organization_suspended')
    world.change({ kind: 'organization', organization: acme })
    expect(world.answer(data, { secret: token, address: '192.0.2.1', environment: 'test' })).toBe('wrong_environment')
    expect(world.answer(data, { secret: token, address: '192.0.2.1', organization: 'zeta' })).toBe('organization_mismatch')
    world.api({ slug: 'data', accepts: ['another'] })
    expect(world.detail(world.replica.api('data') ?? null, { secret: token, address: '192.0.2.1' })).toBe('wrong_type')
    expect(mint.signatures.checked).toBe(1)
  })

  test('counts against the limit of its key, with every other session and the mint', () => {
    const mint = new MintWorld({ limits: [{ calls: 4, per: '60s' }] })
    const { secret } = mint.issue()
    const tokens = [mint.mint(secret), mint.mint(secret)]
    expect([...tokens, ...tokens].map((token) => mint.detail(token))).toEqual(['allowed', 'allowed', 'rate_limited', 'rate_limited'])
  })

  test('trap 1: deactivating, replacing and removing end it at once, and activating brings the key back, not the session', () => {
    const mint = new MintWorld()
    const key = mint.issue()
    const token = mint.mint(key.secret)
    expect(mint.detail(token)).toBe('allowed')
    mint.deactivate(key)
    expect([mint.detail(token), mint.answer(key.secret)]).toEqual(['inactive', 'inactive'])
    mint.activate(key)
    expect([mint.detail(token), mint.answer(key.secret)]).toEqual(['replaced session_superseded', 'minted'])
    const second = mint.mint(key.secret)
    const old = mint.world.replace(key)
    expect([mint.detail(second), mint.answer(old), mint.detail(mint.mint(key.secret))]).toEqual(['replaced session_of_replaced_secret', 'replaced', 'allowed'])
    const third = mint.mint(key.secret)
    mint.remove(key)
    expect([mint.detail(third), mint.detail(second)]).toEqual(['removed', 'replaced session_of_replaced_secret'])
  })

  test('trap 4: an overlap keeps the sessions of the old secret until it ends', () => {
    const mint = new MintWorld({ mints: { lifetime: '1d' } })
    const key = mint.issue()
    const token = mint.mint(key.secret)
    const old = mint.world.replace(key, mint.world.now + HOUR)
    mint.world.now += HOUR - 1
    const late = mint.mint(old)
    expect([mint.detail(token), mint.detail(late), mint.detail(mint.mint(key.secret))]).toEqual(['allowed', 'allowed', 'allowed'])
    mint.world.now += 1
    expect([mint.detail(token), mint.detail(late)]).toEqual(['replaced session_of_replaced_secret', 'replaced session_of_replaced_secret'])
  })

  test('ended alone is refused while the others go on, until it would have expired; then the entry is forgotten', () => {
    const mint = new MintWorld()
    const { secret, record } = mint.issue()
    const [claims, other] = [mint.claims(secret), mint.mint(secret)]
    const token = signToken(mint.pair, claims)
    expect(mint.detail(token)).toBe('allowed')
    mint.world.change({ kind: 'sessionEnded', session: { keyId: record.id, sessionId: claims.sessionId, expiresAt: claims.expiresAt } })
    expect([mint.detail(token), mint.detail(other)]).toEqual(['removed session_ended', 'allowed'])
    mint.world.replica.sessions.prune(claims.expiresAt - 1)
    expect(mint.detail(token)).toBe('removed session_ended')
    mint.world.replica.sessions.prune(claims.expiresAt)
    expect(mint.world.replica.sessions.endedSize).toBe(0)
    mint.world.now = claims.expiresAt
    expect(mint.detail(token)).toBe('expired session_expired')
  })

  test('of a type that mints no more is refused; when it mints again, only what nothing has ended is good', () => {
    const mint = new MintWorld()
    const { world } = mint
    const [key, ended, overlapped] = [mint.issue(), mint.issue(), mint.issue()]
    const tokens = [key, ended, overlapped].map((each) => mint.mint(each.secret))
    world.type({ slug: 'master', prefix: 'imt' })
    expect(tokens.map((token) => mint.detail(token))).toEqual(Array(3).fill('wrong_type type_does_not_mint'))
    mint.deactivate(ended)
    mint.activate(ended)
    world.replace(overlapped)
    world.type({ slug: 'master', prefix: 'imt', direct: false, mints: { lifetime: '1h' } })
    expect(tokens.map((token) => mint.detail(token))).toEqual(['allowed', 'replaced session_superseded', 'replaced session_of_replaced_secret'])
  })

  test('from ahead of what a verifier knows is not allowed by what it knows', () => {
    const mint = new MintWorld()
    const { secret } = mint.issue()
    const claims = mint.claims(secret)
    expect(mint.detail(signToken(mint.pair, { ...claims, epoch: 1 }))).toBe('unknown session_ahead')
    expect(mint.detail(signToken(mint.pair, { ...claims, secretVersion: 2 }))).toBe('unknown session_ahead')
  })

  test('is wrong_carrier in the query, never read from there', () => {
    const mint = new MintWorld()
    const token = mint.mint(mint.issue().secret)
    expect(mint.world.answer(mint.data, { request: { method: 'GET', path: `/?access_token=${token}`, headers: {} } })).toBe('wrong_carrier')
  })

  test('a key that was imported with a secret of this very form is a key', () => {
    const mint = new MintWorld()
    const foreign = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl'
    mint.issue({ versions: [{ number: 1, digest: storedDigest(foreign), endsAt: null }] })
    expect([mint.detail(foreign), mint.answer(foreign)]).toEqual(['exchange_required', 'minted'])
  })

  test('a verifier without session tokens knows none', () => {
    const mint = new MintWorld()
    const token = mint.mint(mint.issue().secret)
    mint.world.sessions = undefined
    expect(mint.detail(token)).toBe('unknown session_not_supported')
  })
})

/** What product.md says of sessions, as plain objects. */
interface Minted {
  token: string
  key: number
  version: number
  epoch: number
  expiresAt: number
}

const step = fc.tuple(
  fc.constantFrom('issue', 'mint', 'mint', 'mint', 'deactivate', 'activate', 'replace', 'overlap', 'remove', 'time'),
  fc.nat(50),
  fc.nat(90),
)

test('after any history, every token ever minted gets the decision of a plain model, also from a replica made later', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 10, maxLength: 60 }), (steps) => {
      const mint = new MintWorld()
      const { world } = mint
      const keys = [mint.issue()]
      const minted: Minted[] = []
      const check = () => {
        for (const { token, key, version, epoch, expiresAt } of minted) {
          const { record } = keys[key] as (typeof keys)[number]
          const endsAt = record.versions.find((each) => each.number === version)?.endsAt ?? null
          const expected =
            world.now >= expiresAt
              ? 'expired'
              : endsAt !== null && world.now >= endsAt
                ? 'replaced'
                : record.status !== 'active'
                  ? record.status
                  : record.epoch !== epoch
                    ? 'replaced'
                    : 'allowed'
          expect(world.answer(mint.data, { secret: token })).toBe(expected)
        }
      }
      for (const [kind, which, minutes] of steps) {
        const index = which % keys.length
        const key = keys[index] as (typeof keys)[number]
        const { status } = key.record
        if (kind === 'issue') keys.push(mint.issue())
        else if (kind === 'time') world.now += minutes * 60_000
        else if (kind === 'mint' && status === 'active') {
          const claims = mint.claims(key.secret)
          const { secretVersion: version, epoch, expiresAt } = claims
          minted.push({ token: signToken(mint.pair, claims), key: index, version, epoch, expiresAt })
        } else if (kind === 'deactivate' && status === 'active') mint.deactivate(key)
        else if (kind === 'activate' && status === 'inactive') mint.activate(key)
        else if (kind === 'remove' && status !== 'removed') mint.remove(key)
        else if ((kind === 'replace' || kind === 'overlap') && status !== 'removed')
          world.replace(key, kind === 'replace' ? world.now : world.now + minutes * 60_000)
        check()
      }
      const late = new Replica(SEED)
      for (const key of keys) late.applyChange({ kind: 'key', key: key.record })
      late.applyChange({ kind: 'organization', organization: mint.acme })
      // The type comes last: its keys must be found all the same.
      const type = world.replica.type('master')?.definition
      if (type) late.applyChange({ kind: 'keyType', keyType: type })
      const { kid, publicKey } = mint.pair
      const issuer = world.replica.sessions.signingKey(kid, world.now)?.issuer as string
      late.applyChange({ kind: 'signingKey', signingKey: { kid, publicKey, issuer, createdAt: 0, acceptedUntil: null } })
      Object.assign(world, { replica: late })
      check()
    }),
    { numRuns: 150 },
  )
}, 60_000)
