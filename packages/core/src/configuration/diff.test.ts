import { describe, expect, it } from 'vitest'
import { configurationFile, type ConfigurationInput } from './configuration.ts'
import { diffConfiguration } from './diff.ts'
import { mergeConfiguration } from './merge.ts'

type Input = Partial<ConfigurationInput>
type Fields = Record<string, unknown>

function diff(before: Input, after: Input) {
  const stored = configurationFile.parse({ version: 1, ...before })
  return diffConfiguration(stored, mergeConfiguration(stored, configurationFile.parse({ version: 1, ...after }))).changes
}
const ofType = (before: Fields, after: Fields) =>
  diff({ keyTypes: [{ slug: 'a', prefix: 'a', ...before }] } as Input, { keyTypes: [{ slug: 'a', prefix: 'a', ...after }] } as Input)
const ofApi = (before: Fields, after: Fields) =>
  diff({ apis: [{ slug: 'x', accepts: ['a'], ...before }] } as Input, { apis: [{ slug: 'x', accepts: ['a'], ...after }] } as Input)
const effect = (changes: ReturnType<typeof diff>) => changes.flatMap((change) => change.effect).join(' ')

it('says nothing where nothing changes, however it is written', () => {
  expect(ofType({ mints: { lifetime: '1h' } }, { mints: { lifetime: '3600s' }, cap: null, replace: {} })).toEqual([])
  expect(diff({ entitlements: ['e'] }, { entitlements: ['e'] })).toEqual([])
})

it('names what is created, section by section', () => {
  const changes = diff({}, { entitlements: ['e'], environments: ['live'], keyTypes: [{ slug: 'a', prefix: 'a' }], apis: [{ slug: 'x', accepts: ['a'] }] })
  expect(changes.map(({ section, slug, kind, fields, effect: sentences }) => [section, slug, kind, fields.length, sentences.length])).toEqual([
    ['entitlements', 'e', 'created', 0, 1],
    ['environments', 'live', 'created', 0, 1],
    ['keyTypes', 'a', 'created', 0, 1],
    ['apis', 'x', 'created', 0, 1],
  ])
})

it('shows each field as the file writes it', () => {
  const [change] = ofType({ cap: { max: 5 }, expiry: { max: '7d' }, limits: [] }, { cap: { max: 6 }, expiry: {}, limits: [{ calls: 3, per: 60 }], label: 'L' })
  expect(change?.fields).toEqual(
    expect.arrayContaining([
      { path: 'cap.max', from: 5, to: 6 },
      { path: 'expiry.max', from: '7d', to: null },
      { path: 'limits', from: [], to: [{ calls: 3, per: '1m' }] },
      { path: 'label', from: null, to: 'L' },
    ]),
  )
  expect(change?.fields).toHaveLength(4)
})

describe('says what a change of a key type does', () => {
  const scopes = (offered: unknown[], given: string[] = []) => ({ scopes: { offered, default: given } })
  const rule = { deprecatedAt: '2026-01-01T00:00:00Z', retiredAt: '2026-02-01T00:00:00Z' }

  it.each<[string, Fields, Fields, RegExp]>([
    ['a scope withdrawn leaves all keys at once', scopes(['s', 't']), scopes(['s']), /"t": withdrawn from all keys at once/],
    ['a scope added comes to no key', scopes(['s']), scopes(['s', 't']), /"t": can be given to keys from now on, but is added to no existing key/],
    [
      'an entitlement asked for acts on the next call',
      scopes(['s']),
      scopes([{ scope: 's', entitlement: 'e' }]),
      /"s": from the next call on, refused \(not_entitled\)/,
    ],
    ['default scopes go to new keys', scopes(['s']), scopes(['s'], ['s']), /New keys get "s"/],
    ['a lower cap cuts no key', { cap: { max: 5 } }, { cap: { max: 2 } }, /Existing keys beyond the cap keep working/],
    ['a higher cap', { cap: { max: 2 } }, { cap: { max: 5 } }, /^At most 5 keys that are not removed for each organization\.$/],
    ['no cap', { cap: { max: 2 } }, {}, /no cap any more/],
    ['a stricter expiry', {}, { expiry: { mode: 'required', max: '1d' } }, /no expiry already written changes.*non-compliant/],
    ['names asked for', {}, { naming: { mode: 'required' } }, /non-compliant/],
    ['fewer environments', {}, { environments: ['live'] }, /"live" only; keys that exist keep working/],
    ['every environment', { environments: ['live'] }, {}, /every environment of an organization/],
    ['addresses asked for', {}, { addresses: { mode: 'required' } }, /addresses already written go on being enforced/],
    [
      'another list to begin with',
      { addresses: { mode: 'optional' } },
      { addresses: { mode: 'optional', organizationList: ['127.0.0.1'] } },
      /^New organizations begin with this list/,
    ],
    ['retrievable to once', { visibility: 'retrievable' }, {}, /Destroys the stored ciphertexts/],
    ['once to retrievable', {}, { visibility: 'retrievable' }, /never stored/],
    ['another prefix', {}, { prefix: 'b' }, /New secrets begin with "b_"; secrets already issued keep "a_"/],
    ['another length', {}, { secretLength: 50 }, /keep their 38/],
    ['manual activation', {}, { activation: 'manual' }, /existing keys stay as they are/],
    ['minting only', {}, { direct: false, mints: { lifetime: '1h' } }, /exchange_required/],
    ['no minting', { mints: { lifetime: '1h' } }, {}, /No session token can be minted/],
    ['fewer carriers', {}, { carriers: [{ in: 'body', name: 'k' }] }, /body field "k" only; elsewhere they are refused \(wrong_carrier\)/],
    ['limits', {}, { limits: [{ calls: 1, per: 1 }] }, /limits of a single key stay/],
    ['roles', {}, { roles: { manage: ['owner'] } }, /refused at their next click/],
    ['an entitlement for the type', {}, { offeredWith: 'e' }, /not_entitled/],
    [
      'a sunset',
      {},
      { sunset: [{ ...rule, origin: 'o' }] },
      /Keys of the origin "o" are deprecated from 2026-01-01T00:00:00\.000Z and refused \(retired\) from 2026-02-01T00:00:00\.000Z on; administrators are told 90, 30, 7, 1 days before\./,
    ],
    ['a later sunset', { sunset: [rule] }, { sunset: [{ ...rule, retiredAt: '2026-03-01T00:00:00Z' }] }, /accepted again until the new date/],
    ['no sunset any more', { sunset: [rule] }, {}, /accepted again\.$/],
    ['words only', {}, { label: 'L', presentation: { page: 'P' } }, /^Only what people read changes/],
    ['no removal', {}, { remove: false }, /can no longer be removed/],
  ])('%s', (_name, before, after, expected) => {
    expect(effect(ofType(before, after))).toMatch(expected)
  })
})

describe('says what a change of an API does on the next call', () => {
  const routes = (...list: unknown[]) => ({ routes: list })

  it.each<[string, Fields, Fields, RegExp]>([
    ['types accepted', { accepts: ['a', 'b'] }, { accepts: ['b', 'c'] }, /"a" are refused \(wrong_type\).*"c" are accepted/],
    ['an environment', {}, { environment: 'live' }, /wrong_environment/],
    ['carriers', {}, { carriers: [{ in: 'header', name: 'X-Key' }] }, /"Authorization" \(bearer\) is refused.*"X-Key" \(raw\) is accepted/],
    ['companions', {}, { companions: [{ from: 'header', name: 'X-O', names: 'organization' }] }, /organization_mismatch/],
    ['routes where there were none', {}, routes({ method: 'GET', path: '/a' }), /only the listed routes/],
    ['no routes where there were some', routes({ method: 'GET', path: '/a' }), {}, /every path is allowed/],
    [
      'a route changed, gone and new',
      routes({ method: 'GET', path: '/a' }, { method: 'GET', path: '/b' }),
      routes({ method: 'GET', path: '/a', scopes: ['s'] }, { method: 'GET', path: '/c' }),
      /refused \(insufficient_scope\) from the next call: GET \/b\. Allowed from the next call: GET \/c\. GET \/a needs s/,
    ],
    ['forward-auth', {}, { forwardAuth: false }, /no longer answers/],
    ['upstream', {}, { upstream: 'http://crm:4501' }, /this version has none, and passes nothing on/],
    ['words only', {}, { description: 'D' }, /^Only what people read/],
  ])('%s', (_name, before, after, expected) => {
    expect(effect(ofApi(before, after))).toMatch(expected)
  })
})
