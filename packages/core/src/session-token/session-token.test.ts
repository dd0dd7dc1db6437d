import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ISSUE_LEEWAY_MS, LONGEST_SESSION_SECONDS, type SessionClaims } from './claims.ts'
import { signingInput } from './encode.ts'
import { LONGEST_TOKEN, looksLikeSessionToken, parseSessionToken, TOKEN_START } from './parse.ts'
import { base64url, MintWorld, signingPair, signText, signToken } from './testing/mint.ts'

const HOUR = 3_600_000

function minted() {
  const mint = new MintWorld()
  const key = mint.issue()
  const claims = mint.claims(key.secret)
  return { mint, world: mint.world, key, claims, token: signToken(mint.pair, claims) }
}
const partsOf = (token: string) => token.split('.') as [string, string, string]
const headOf = (mint: MintWorld) => ({ alg: 'EdDSA', typ: 'at+jwt', kid: mint.pair.kid })
const payloadOf = (token: string) => JSON.parse(Buffer.from(partsOf(token)[1], 'base64url').toString()) as Record<string, unknown>

describe('the form of a token', () => {
  test('is that of RFC 9068, and what is written is what is read', () => {
    const { mint, claims, token } = minted()
    expect(JSON.parse(Buffer.from(partsOf(token)[0], 'base64url').toString())).toEqual(headOf(mint))
    expect(payloadOf(token)).toMatchObject({ iss: claims.issuer, sub: claims.keyId, client_id: claims.keyId, exp: claims.expiresAt / 1000 })
    expect(parseSessionToken(token)?.claims).toEqual(claims)
    expect(token.startsWith(TOKEN_START)).toBe(true)
  })

  test('is refused when anything stands in the header that we do not write: crit, another algorithm, an embedded key', () => {
    const { mint, token } = minted()
    const [, body] = partsOf(token)
    const head = headOf(mint)
    const heads = [
      { ...head, alg: 'none' },
      { ...head, alg: 'HS256' },
      { ...head, alg: 'eddsa' },
      { ...head, alg: 'ES256' },
      { ...head, typ: 'JWT' },
      { ...head, crit: ['exp'] },
      { ...head, crit: ['b64'], b64: false },
      { ...head, jwk: { kty: 'OKP', crv: 'Ed25519', x: mint.pair.publicKey } },
      { ...head, jku: 'https://example.com' },
      { ...head, kid: '' },
      { ...head, kid: ['a'] },
      { alg: 'EdDSA', typ: 'at+jwt' },
      [],
      null,
      'EdDSA',
    ]
    for (const each of heads) {
      const forged = signText(mint.pair.privateKey, `${base64url(each)}.${body}`)
      expect([JSON.stringify(each), mint.detail(forged)]).toEqual([JSON.stringify(each), expect.stringMatching(/^malformed/)])
    }
    expect(mint.signatures.checked).toBe(0)
  })

  test('alg none without a signature, and HS256 with the public key as its secret, are refused', () => {
    const { mint, token } = minted()
    const [, body] = partsOf(token)
    const none = `${base64url({ ...headOf(mint), alg: 'none' })}.${body}.`
    const input = `${base64url({ ...headOf(mint), alg: 'HS256' })}.${body}`
    const hmac = createHmac('sha256', Buffer.from(mint.pair.publicKey, 'base64url')).update(input).digest('base64url')
    expect([mint.detail(none), mint.detail(`${input}.${hmac}`)]).toEqual(['malformed session_token_form', 'malformed session_token_form'])
  })

  test('is refused when a member stands twice, is unknown, is missing or is of another kind', () => {
    const { mint, token } = minted()
    const payload = payloadOf(token)
    const twice = JSON.stringify(payload).replace('{', `{"sub":"${'key_00000000000000000000000000'}",`)
    const wrong: unknown[] = [
      twice,
      ` ${JSON.stringify(payload)}`,
      JSON.stringify(payload).replace('"epoch"', String.raw`"ep\u006fch"`),
      { ...payload, nbf: 1 },
      { ...payload, cnf: { jkt: 'x' } },
      { ...payload, aud: ['data'] },
      { ...payload, exp: '9999999999' },
      { ...payload, exp: 1e300 },
      { ...payload, exp: (payload.iat as number) + LONGEST_SESSION_SECONDS + 1 },
      { ...payload, exp: payload.iat },
      { ...payload, iat: 1.5 },
      { ...payload, client_id: 'key_00000000000000000000000000' },
      { ...payload, epoch: -1 },
      { ...payload, secret_version: 0 },
      { ...payload, scope: ['a'] },
      { ...payload, jti: 'x' },
      [payload],
    ]
    for (const name of Object.keys(payload)) wrong.push(Object.fromEntries(Object.entries(payload).filter(([each]) => each !== name)))
    for (const each of wrong) {
      const forged = signText(mint.pair.privateKey, `${base64url(headOf(mint))}.${base64url(each)}`)
      expect([each, mint.detail(forged)]).toEqual([each, 'malformed session_token_form'])
    }
  })

  test('has one spelling: no padding, no other alphabet, no stray bits, no white space', () => {
    const { mint, token } = minted()
    const spelled = [`${token}=`, token.replace('.', '=.'), ` ${token}`, `${token}\n`, `${token}.x`, token.slice(0, -1), `${token}A`]
    const last = token.at(-1) as string
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    // The next letter decodes to the same bytes for a lenient reader.
    spelled.push(token.slice(0, -1) + (alphabet[alphabet.indexOf(last) + 1] as string))
    for (const each of spelled) expect([each, mint.detail(each) === 'allowed']).toEqual([each, false])
  })

  test('is bounded: what is longer is not decoded', () => {
    const { mint, claims } = minted()
    const long = signToken(mint.pair, { ...claims, scopes: [`s${'x'.repeat(LONGEST_TOKEN)}`] })
    expect(mint.detail(long)).toBe('malformed too_long')
  })

  test('anything at all is read without throwing, and never allowed', () => {
    const { mint, token } = minted()
    const [head, body, signature] = partsOf(token)
    const segment = fc.oneof(fc.string(), fc.constant(head), fc.constant(body), fc.constant(signature), fc.json().map(base64url), fc.base64String())
    fc.assert(
      fc.property(fc.array(segment, { minLength: 1, maxLength: 4 }), (segments) => {
        const text = segments.join('.')
        fc.pre(text !== token)
        expect(() => parseSessionToken(text)).not.toThrow()
        expect(mint.detail(text)).not.toBe('allowed')
      }),
      { numRuns: 2000 },
    )
  })

  test('one changed character makes it another: never allowed', () => {
    const { mint, token } = minted()
    fc.assert(
      fc.property(fc.nat(token.length - 1), fc.constantFrom(...'ABCabc019-_.'), (at, character) => {
        fc.pre(token[at] !== character)
        expect(mint.detail(token.slice(0, at) + character + token.slice(at + 1))).toMatch(/^(malformed|unknown)/)
      }),
      { numRuns: 1000 },
    )
  })

  test('secrets do not look like one', () => {
    const { world } = minted()
    expect(looksLikeSessionToken(world.secret('imt'))).toBe(false)
  })
})

describe('who signed it', () => {
  test('another key under the same kid is not believed', () => {
    const { mint, claims } = minted()
    const stranger = { ...signingPair(), kid: mint.pair.kid }
    expect(mint.detail(signToken(stranger, claims))).toBe('unknown session_signature')
  })

  test("another installation's token is unknown, by its key and by its issuer", () => {
    const { mint, claims } = minted()
    const other = signingPair()
    expect(mint.detail(signToken(other, claims))).toBe('unknown session_signing_key')
    const elsewhere: SessionClaims = { ...claims, issuer: 'ins_00000000000000000000000000' }
    expect(mint.detail(signToken(mint.pair, elsewhere))).toBe('unknown session_issuer')
    // And again, from the cache.
    expect(mint.detail(signToken(mint.pair, elsewhere))).toBe('unknown session_issuer')
  })

  test('nothing of a key is told to whoever cannot sign: a forged token of a removed key is as unknown as any', () => {
    const { mint, key, claims } = minted()
    mint.remove(key)
    const decision = mint.world.ask(mint.data, { secret: signToken({ ...signingPair(), kid: mint.pair.kid }, claims) })
    expect(decision).toMatchObject({ valid: false, reason: 'unknown', key: null })
  })

  test('issue in the future is refused beyond the leeway for clocks that differ, end is exact', () => {
    const { mint, world, claims } = minted()
    const at = (ahead: number) => mint.detail(signToken(mint.pair, { ...claims, issuedAt: claims.issuedAt + ahead, expiresAt: claims.expiresAt + ahead }))
    expect([at(ISSUE_LEEWAY_MS), at(ISSUE_LEEWAY_MS + 1000)]).toEqual(['allowed', 'unknown session_from_the_future'])
    const token = signToken(mint.pair, claims)
    world.now = claims.expiresAt - 1
    expect(mint.detail(token)).toBe('allowed')
    world.now = claims.expiresAt
    expect(mint.detail(token)).toBe('expired session_expired')
  })

  test('a retired signing key verifies until its last token has expired; a withdrawn one at once, also what was checked before', () => {
    const { mint, world, token } = minted()
    expect(mint.detail(token)).toBe('allowed')
    mint.signWith(mint.pair, { acceptedUntil: world.now + HOUR / 2 })
    expect(mint.detail(token)).toBe('allowed')
    world.now += HOUR / 2
    expect(mint.detail(token)).toBe('unknown session_signing_key')
    mint.world.replica.sessions.prune(world.now)
    expect(mint.detail(token)).toBe('unknown session_signing_key')
  })
})

describe('the cache of checked signatures', () => {
  test('checks a signature once', () => {
    const { mint, token } = minted()
    for (let call = 0; call < 5; call++) expect(mint.detail(token)).toBe('allowed')
    expect(mint.signatures.checked).toBe(1)
  })

  test('is bounded: the oldest goes, expired ones first, and a forgotten token is checked again', () => {
    const mint = new MintWorld({}, {}, 10)
    const { secret } = mint.issue()
    const tokens = Array.from({ length: 25 }, () => mint.mint(secret))
    for (const token of tokens) expect(mint.detail(token)).toBe('allowed')
    expect([mint.world.sessions?.size, mint.signatures.checked]).toEqual([10, 25])
    expect(mint.detail(tokens[0] as string)).toBe('allowed')
    expect(mint.signatures.checked).toBe(26)
    mint.world.now += HOUR
    mint.world.sessions?.prune(mint.world.now)
    expect(mint.world.sessions?.size).toBe(0)
  })

  test('keeps nothing of what was refused', () => {
    const { mint, claims } = minted()
    for (let call = 0; call < 50; call++) mint.detail(signToken({ ...signingPair(), kid: mint.pair.kid }, claims))
    expect(mint.world.sessions?.size).toBe(0)
  })
})

test('the longest session is the longest a type may ask for', () => {
  expect(() => new MintWorld({ mints: { lifetime: LONGEST_SESSION_SECONDS } })).not.toThrow()
  expect(() => new MintWorld({ mints: { lifetime: LONGEST_SESSION_SECONDS + 1 } })).toThrow(/1d/)
})

test('what is signed is ASCII, whatever the names', () => {
  const { claims } = minted()
  expect(signingInput('kid', claims)).toMatch(/^[A-Za-z0-9_.-]+$/)
})
