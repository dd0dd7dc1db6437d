import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { SingleSignOn } from '../../packages/server/src/management/sign-in/single-sign-on.ts'
import { testClock } from '../../packages/server/src/kernel/clock.ts'
import { CLIENT, OidcProvider, type ProviderUser } from './oidc-provider.ts'

/** Not the machine's time: everything goes by the server's clock. */
const NOW = Date.UTC(2035, 0, 1)
const CALLBACK = 'http://127.0.0.1:4400/sign-in/oidc/callback'
const SECRETS = { state: 's'.repeat(43), nonce: 'n'.repeat(43), codeVerifier: 'v'.repeat(43) }
const ANN: ProviderUser = { sub: 'sub-1', email: 'ann@example.com', email_verified: true, name: 'Ann' }

let provider: OidcProvider
let signOn: SingleSignOn

beforeAll(async () => {
  provider = await OidcProvider.start()
  provider.now = () => NOW / 1000
  const settings = { issuer: provider.issuer, clientId: CLIENT.id, clientSecret: CLIENT.secret, label: 'Test' }
  signOn = new SingleSignOn(settings, testClock(NOW))
})
beforeEach(() => (provider.user = ANN))
afterAll(async () => provider[Symbol.asyncDispose]())

/** Where the provider sends the browser back to. */
async function returned(fresh = false): Promise<URL> {
  const answered = await fetch(await signOn.begin(CALLBACK, SECRETS, fresh), { redirect: 'manual' })
  return new URL(answered.headers.get('location') ?? '')
}

test('the provider tells who somebody is', async () => {
  const claims = await signOn.finish(await returned(), SECRETS, false)
  expect(claims).toEqual({
    subject: JSON.stringify([provider.issuer, 'sub-1']),
    email: 'ann@example.com',
    emailVerified: true,
    name: 'Ann',
    authenticatedAt: NOW,
  })
  expect(provider.asked?.get('code_challenge_method')).toBe('S256')
  expect(provider.asked?.toString()).not.toContain(SECRETS.codeVerifier)
  provider.user = { ...ANN, onlyUserinfo: true }
  expect(await signOn.finish(await returned(), SECRETS, false)).toMatchObject({ email: 'ann@example.com', emailVerified: true })
})

test.each([undefined, false, 'true', 1, null])('an address is verified only where the provider says true, not %j', async (email_verified) => {
  provider.user = { ...ANN, email_verified }
  expect((await signOn.finish(await returned(), SECRETS, false)).emailVerified).toBe(false)
})

test.each<[string, Partial<ProviderUser>]>([
  ['signed with another key', { forged: true }],
  ['for another client', { claims: { aud: 'another' } }],
  ['of another issuer', { claims: { iss: 'https://evil.example' } }],
  ['that has expired', { claims: { exp: NOW / 1000 - 120 } }],
  ['to another question', { claims: { nonce: 'another' } }],
  ['without a subject', { claims: { sub: undefined } }],
])('a token %s is refused', async (_what, changes) => {
  provider.user = { ...ANN, ...changes }
  await expect(signOn.finish(await returned(), SECRETS, false)).rejects.toMatchObject({ code: 'sign_in_refused' })
})

test('an answer to another question, and a code that was used, are refused', async () => {
  const first = await returned()
  await expect(signOn.finish(first, { ...SECRETS, state: 't'.repeat(43) }, false)).rejects.toMatchObject({ code: 'sign_in_refused' })
  await expect(signOn.finish(first, { ...SECRETS, codeVerifier: 'w'.repeat(43) }, false)).rejects.toMatchObject({ code: 'sign_in_refused' })
  const second = await returned()
  await signOn.finish(second, SECRETS, false)
  await expect(signOn.finish(second, SECRETS, false)).rejects.toMatchObject({ code: 'sign_in_refused' })
  const refused = new URL(`${CALLBACK}?error=access_denied&state=${SECRETS.state}`)
  await expect(signOn.finish(refused, SECRETS, false)).rejects.toMatchObject({ code: 'sign_in_refused' })
})

test('a fresh proof is asked for, and an old one is not taken for it', async () => {
  expect((await signOn.finish(await returned(true), SECRETS, true)).authenticatedAt).toBe(NOW)
  expect([provider.asked?.get('prompt'), provider.asked?.get('max_age')]).toEqual(['login', '0'])
  for (const auth_time of [NOW / 1000 - 3600, undefined]) {
    provider.user = { ...ANN, auth_time }
    await expect(signOn.finish(await returned(true), SECRETS, true)).rejects.toMatchObject({ code: 'sign_in_refused' })
  }
})

test('a provider that is not there is told as that', async () => {
  const nowhere = new SingleSignOn({ issuer: 'http://127.0.0.1:9', clientId: 'x', clientSecret: 'y', label: 'Nowhere' }, testClock(NOW))
  await expect(nowhere.begin(CALLBACK, SECRETS, false)).rejects.toMatchObject({ code: 'sign_on_unavailable' })
})
