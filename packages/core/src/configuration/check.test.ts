import { describe, expect, it } from 'vitest'
import { checkAddressLists, checkConfiguration } from './check.ts'
import { configurationFile, type ConfigurationInput } from './configuration.ts'

type TypeInput = Record<string, unknown>

/** What checking a file says, as `path code`. Parsing must succeed: these are mistakes the schema cannot see. */
function check(input: { entitlements?: string[]; environments?: string[]; keyTypes?: TypeInput[]; apis?: TypeInput[] }): string[] {
  const file = configurationFile.parse({ version: 1, environments: ['live', 'test'], ...input } as ConfigurationInput)
  const errors = checkConfiguration(file)
  for (const error of errors) expect(error.message).toMatch(/^\S.*\.$/)
  return errors.map((error) => `${error.path} ${error.code}`)
}

const ofType = (fields: TypeInput): string[] => check({ entitlements: ['e'], keyTypes: [{ slug: 'a', prefix: 'a', ...fields }] })
const ofApi = (fields: TypeInput, type: TypeInput = {}): string[] =>
  check({ keyTypes: [{ slug: 'a', prefix: 'a', ...type }], apis: [{ slug: 'x', accepts: ['a'], ...fields }] })

describe('a configuration without a mistake', () => {
  it('passes', () => {
    expect(check({})).toEqual([])
    expect(ofType({})).toEqual([])
    expect(
      ofApi({
        routes: [
          { method: 'GET', path: '/a/{id}' },
          { method: 'GET', path: '/a' },
          { method: 'POST', path: '/a/{id}' },
        ],
      }),
    ).toEqual([])
  })

  it('names all mistakes at once', () => {
    expect(ofType({ offeredWith: 'none-such', environments: ['moon'], direct: false, scopes: { default: ['s', 't'] } })).toEqual([
      'keyTypes[a].offeredWith unknown_entitlement',
      'keyTypes[a].environments[0] unknown_environment',
      'keyTypes[a].scopes.default[0] scope_not_offered',
      'keyTypes[a].scopes.default[1] scope_not_offered',
      'keyTypes[a].direct direct_needs_mints',
    ])
  })
})

describe('names', () => {
  it.each<[string, Parameters<typeof check>[0], string[]]>([
    ['an entitlement twice', { entitlements: ['a', 'b', 'a'] }, ['entitlements[2] duplicate_slug']],
    ['an environment twice', { environments: ['live', 'live'] }, ['environments[1] duplicate_slug']],
    ["Keywright's own environment", { environments: ['keywright'] }, ['environments[0] reserved_slug']],
    ["a name of Keywright's own", { entitlements: ['kw', 'kw-x'] }, ['entitlements[0] reserved_slug', 'entitlements[1] reserved_slug']],
    [
      'a key type twice',
      {
        keyTypes: [
          { slug: 'a', prefix: 'a' },
          { slug: 'a', prefix: 'b' },
        ],
      },
      ['keyTypes[a].slug duplicate_slug'],
    ],
    [
      'a prefix twice',
      {
        keyTypes: [
          { slug: 'a', prefix: 'a' },
          { slug: 'b', prefix: 'a' },
        ],
      },
      ['keyTypes[b].prefix duplicate_prefix'],
    ],
    [
      'a reserved prefix',
      {
        keyTypes: [
          { slug: 'a', prefix: 'kw' },
          { slug: 'b', prefix: 'kw_b' },
        ],
      },
      ['keyTypes[a].prefix reserved_prefix', 'keyTypes[b].prefix reserved_prefix'],
    ],
    ['a reserved key type', { keyTypes: [{ slug: 'kw-management', prefix: 'a' }] }, ['keyTypes[kw-management].slug reserved_slug']],
    [
      'an API twice',
      {
        keyTypes: [{ slug: 'a', prefix: 'a' }],
        apis: [
          { slug: 'x', accepts: ['a'] },
          { slug: 'x', accepts: ['a'] },
        ],
      },
      ['apis[x].slug duplicate_slug'],
    ],
    ['a reserved API', { keyTypes: [{ slug: 'a', prefix: 'a' }], apis: [{ slug: 'kw', accepts: ['a'] }] }, ['apis[kw].slug reserved_slug']],
  ])('refuses %s', (_name, input, expected) => {
    expect(check(input)).toEqual(expected)
  })

  it('allows a prefix that merely begins like a reserved one', () => {
    expect(ofType({ prefix: 'kwx' })).toEqual([])
  })
})

describe('a key type', () => {
  const provided = { autoProvision: true, visibility: 'retrievable', cap: { max: 1, per: 'environment' }, naming: { mode: 'none' }, expiry: { mode: 'none' } }

  it.each<[string, TypeInput, string[]]>([
    ['an unknown entitlement', { offeredWith: 'f' }, ['offeredWith unknown_entitlement']],
    ['an unknown entitlement of a scope', { scopes: { offered: [{ scope: 's', entitlement: 'f' }] } }, ['scopes.offered[0].entitlement unknown_entitlement']],
    ['an unknown environment', { environments: ['moon'] }, ['environments[0] unknown_environment']],
    ['an environment twice', { environments: ['live', 'live'] }, ['environments[1] duplicate_environment']],
    ['a scope offered twice', { scopes: { offered: ['s', { scope: 's', entitlement: 'e' }] } }, ['scopes.offered[1] duplicate_scope']],
    ['a default scope that is not offered', { scopes: { offered: ['s'], default: ['s', 't'] } }, ['scopes.default[1] scope_not_offered']],
    ['a default scope twice', { scopes: { offered: ['s'], default: ['s', 's'] } }, ['scopes.default[1] duplicate_scope']],
    ['unique names where there are none', { naming: { mode: 'none', unique: true } }, ['naming.unique unique_without_name']],
    [
      'expiry rules where nothing expires',
      { expiry: { mode: 'none', presets: ['1d'], max: '2d', default: '1d' } },
      ['expiry.presets expiry_not_offered', 'expiry.max expiry_not_offered', 'expiry.default expiry_not_offered'],
    ],
    [
      'presets and a default beyond the longest expiry',
      { expiry: { presets: ['1d', '3d'], max: '2d', default: '3d' } },
      ['expiry.presets[1] expiry_beyond_max', 'expiry.default expiry_beyond_max'],
    ],
    ['a preset twice', { expiry: { presets: ['1d', '24h'] } }, ['expiry.presets[1] duplicate_preset']],
    ['an address list that is never looked at', { addresses: { organizationList: ['10.0.0.0/8'] } }, ['addresses.organizationList addresses_off']],
    [
      'an address twice',
      { addresses: { mode: 'optional', organizationList: ['10.0.0.0/8', { cidr: '10.0.0.0/8', label: 'x' }] } },
      ['addresses.organizationList[1] duplicate_address'],
    ],
    ['the layout for one key where there may be several', { presentation: { layout: 'single' } }, ['presentation.layout single_needs_cap_1']],
    ['automatic keys that nobody ever sees', { ...provided, visibility: 'once' }, ['visibility auto_provision_needs_retrievable']],
    ['automatic keys without a cap', { ...provided, cap: null }, ['cap auto_provision_needs_cap_1']],
    ['automatic keys with room for more', { ...provided, cap: { max: 2, per: 'environment' } }, ['cap auto_provision_needs_cap_1']],
    ['automatic keys for several environments under one cap', { ...provided, cap: { max: 1 } }, ['cap.per auto_provision_needs_cap_per_environment']],
    ['automatic keys that need a name', { ...provided, naming: { mode: 'required' } }, ['naming.mode auto_provision_has_no_name']],
    ['automatic keys that need an expiry', { ...provided, expiry: { mode: 'required' } }, ['expiry.mode auto_provision_has_no_expiry']],
    ['automatic keys that end with nobody told', { ...provided, expiry: { default: '1d' } }, ['expiry.default auto_provision_has_no_expiry']],
    ['automatic keys that need addresses', { ...provided, addresses: { mode: 'required' } }, ['addresses.mode auto_provision_has_no_addresses']],
    ['an overlap beyond the longest', { replace: { overlapDefault: '8d' } }, ['replace.overlapDefault overlap_beyond_max']],
    ['an overlap where replacing is not allowed', { replace: { allowed: false, overlapDefault: '1d' } }, ['replace.overlapDefault replace_not_allowed']],
    ['a key that nobody could stop', { replace: { allowed: false }, deactivate: false, remove: false }, ['replace.allowed cannot_be_stopped']],
    ['a holder who may remove what cannot be removed', { possession: 'revoke', remove: false }, ['possession possession_not_allowed']],
    ['a holder who may deactivate what cannot be deactivated', { possession: 'deactivate', deactivate: false }, ['possession possession_not_allowed']],
    ['a key that could do nothing', { direct: false }, ['direct direct_needs_mints']],
    [
      'a limit for the same time twice',
      {
        limits: [
          { calls: 1, per: '60s' },
          { calls: 2, per: '1m' },
        ],
      },
      ['limits[1].per duplicate_limit'],
    ],
    ['a most below the default', { limits: [{ calls: 10, per: '60s', maxCalls: 9 }] }, ['limits[0].maxCalls max_below_calls']],
    ['a role twice', { roles: { manage: ['owner', 'owner'] } }, ['roles.manage[1] duplicate_role']],
    [
      'a role that may not manage or reveal at all',
      { roles: { manage: ['member'], reveal: ['auditor'] } },
      ['roles.manage[0] role_never_allowed', 'roles.reveal[0] role_never_allowed'],
    ],
    [
      'a carrier twice',
      {
        carriers: [
          { in: 'header', name: 'X-Key' },
          { in: 'header', name: 'x-key', scheme: 'raw' },
        ],
      },
      ['carriers[1] duplicate_carrier'],
    ],
    [
      'a companion twice',
      {
        companions: [
          { from: 'header', name: 'X-Org', names: 'organization' },
          { from: 'header', name: 'x-org', names: 'organization' },
        ],
      },
      ['companions[1] duplicate_companion'],
    ],
    [
      'a companion where its key stands',
      { carriers: [{ in: 'body', name: 'k' }], companions: [{ from: 'body', name: 'k', names: 'organization' }] },
      ['companions[0].name companion_is_carrier'],
    ],
  ])('refuses %s', (_name, fields, expected) => {
    expect(ofType(fields)).toEqual(expected.map((line) => `keyTypes[a].${line}`))
  })

  it('may make its keys automatically when nothing is left to ask', () => {
    expect(ofType(provided)).toEqual([])
    expect(ofType({ ...provided, cap: { max: 1 }, environments: ['live'] })).toEqual([])
    expect(ofType({ ...provided, addresses: { mode: 'optional' } })).toEqual([])
  })

  it('may only mint, or mint and be presented', () => {
    expect(ofType({ direct: false, mints: { lifetime: '1h' } })).toEqual([])
    expect(ofType({ mints: { lifetime: '1h' } })).toEqual([])
  })

  it('may be narrowed to nobody: then only operators manage its keys', () => {
    expect(ofType({ roles: { manage: [], reveal: [] } })).toEqual([])
  })
})

describe('a sunset', () => {
  const rule = { deprecatedAt: '2026-01-01T00:00:00Z', retiredAt: '2026-02-01T00:00:00Z' }

  it.each<[string, unknown[], string[]]>([
    [
      'two rules for one origin',
      [
        { ...rule, origin: 'o' },
        { ...rule, origin: 'o' },
      ],
      ['sunset[1].origin duplicate_origin'],
    ],
    ['two rules for all origins', [rule, rule], ['sunset[1].origin duplicate_origin']],
    ['a successor that does not exist', [{ ...rule, successor: 'none-such' }], ['sunset[0].successor unknown_successor']],
    ['a type that is its own successor', [{ ...rule, successor: 'a' }], ['sunset[0].successor successor_is_itself']],
    ['a notice twice', [{ ...rule, noticeDays: [7, 1, 7] }], ['sunset[0].noticeDays[2] duplicate_notice']],
  ])('refuses %s', (_name, sunset, expected) => {
    expect(ofType({ sunset })).toEqual(expected.map((line) => `keyTypes[a].${line}`))
  })

  it('refuses a successor that is retired itself by then', () => {
    expect(
      check({
        keyTypes: [
          { slug: 'a', prefix: 'a', sunset: [{ ...rule, successor: 'b' }] },
          { slug: 'b', prefix: 'b', sunset: [rule] },
        ],
      }),
    ).toEqual(['keyTypes[a].sunset[0].successor successor_retired'])
  })

  it('of one origin may point to the same type', () => {
    expect(ofType({ sunset: [{ ...rule, origin: 'old-page', successor: 'a' }] })).toEqual([])
  })
})

describe('an API', () => {
  const body = { carriers: [{ in: 'body', name: 'api_key' }] }
  const org = (from: string, name: string, rest: object = {}) => ({ companions: [{ from, name, names: 'organization', ...rest }] })

  it.each<[string, TypeInput, TypeInput, string[]]>([
    ['an unknown key type', { accepts: ['a', 'b'] }, {}, ['accepts[1] unknown_key_type']],
    ["Keywright's own key types", { accepts: ['a', 'kw-management'] }, {}, ['accepts[1] reserved_slug']],
    ['a key type twice', { accepts: ['a', 'a'] }, {}, ['accepts[1] duplicate_key_type']],
    ['an unknown environment', { environment: 'moon' }, {}, ['environment unknown_environment']],
    ['a type that is never in its environment', { environment: 'test' }, { environments: ['live'] }, ['accepts[0] type_not_in_environment']],
    [
      'a type that has no carrier in common',
      { carriers: [{ in: 'header', name: 'Authorization', scheme: 'raw' }] },
      { carriers: [{ in: 'header', name: 'Authorization', scheme: 'bearer' }] },
      ['accepts[0] no_common_carrier'],
    ],
    [
      'a carrier twice',
      {
        carriers: [
          { in: 'body', name: 'k' },
          { in: 'body', name: 'k' },
        ],
      },
      {},
      ['carriers[1] duplicate_carrier'],
    ],
    ['a body carrier behind forward-auth', { ...body, forwardAuth: true }, {}, ['forwardAuth body_with_forward_auth']],
    ['a body companion behind forward-auth', { ...org('body', 'partner_id'), forwardAuth: true }, {}, ['forwardAuth body_with_forward_auth']],
    ["a type's body companion behind forward-auth", { forwardAuth: true }, org('body', 'partner_id'), ['forwardAuth body_with_forward_auth']],
    ['a GET whose key would stand in the body', { ...body, routes: [{ method: 'GET', path: '/a' }] }, {}, ['routes[0].method body_with_get']],
    ['a HEAD route, which would never match', { routes: [{ method: 'HEAD', path: '/a' }] }, {}, ['routes[0].method head_counts_as_get']],
    [
      'a route twice, whatever its parameter is called',
      {
        routes: [
          { method: 'GET', path: '/a/{id}' },
          { method: 'GET', path: '/a/{name}' },
        ],
      },
      {},
      ['routes[1] duplicate_route'],
    ],
    [
      'a scope that no accepted type offers',
      { routes: [{ method: 'GET', path: '/a', scopes: ['s', 't'] }] },
      { scopes: { offered: ['s'] } },
      ['routes[0].scopes[1] scope_not_offered'],
    ],
    ['a scope twice', { routes: [{ method: 'GET', path: '/a', scopes: ['s', 's'] }] }, { scopes: { offered: ['s'] } }, ['routes[0].scopes[1] duplicate_scope']],
    ['a path companion without routes', org('path', 'org'), {}, ['companions[0].name companion_needs_routes']],
    [
      'a path companion that a route lacks',
      {
        ...org('path', 'org'),
        routes: [
          { method: 'GET', path: '/{org}' },
          { method: 'GET', path: '/b/{id}' },
        ],
      },
      {},
      ['routes[1].path companion_not_in_route'],
    ],
    [
      'an optional path companion that every route lacks',
      { ...org('path', 'org', { required: false }), routes: [{ method: 'GET', path: '/b' }] },
      {},
      ['companions[0].name companion_not_in_route'],
    ],
    ['a path companion of several segments', { ...org('path', 'org'), routes: [{ method: 'GET', path: '/{org+}' }] }, {}, ['routes[0].path companion_is_rest']],
    ["a type's path companion without routes", {}, org('path', 'org'), ['accepts companion_needs_routes']],
    ['a companion in the header of the key', { ...org('header', 'authorization') }, {}, ['companions[0].name companion_is_carrier']],
    ["a type's companion in the header of the key", {}, org('header', 'authorization'), ['accepts[0] companion_is_carrier']],
    ['the Host field as a companion', org('header', 'Host'), {}, ['companions[0].name forbidden_header']],
    ['a field called __proto__', { carriers: [{ in: 'body', name: '__proto__' }] }, {}, ['carriers[0].name forbidden_field']],
  ])('refuses %s', (_name, fields, type, expected) => {
    expect(ofApi(fields, type)).toEqual(expected.map((line) => `apis[x].${line}`))
  })

  it.each([
    'Host',
    'Cookie',
    'Content-Length',
    'Transfer-Encoding',
    'Connection',
    'Keywright-Verifier',
    'X-Forwarded-For',
    'x-forwarded-anything',
    'TE',
    'Proxy-Authorization',
    'Referer',
  ])('refuses a key in %s', (name) => {
    expect(ofApi({ carriers: [{ in: 'header', name }] })).toEqual(['apis[x].carriers[0].name forbidden_header'])
  })

  it('refuses a route whose scopes no single type offers together', () => {
    const keyTypes = ['s', 't'].map((scope) => ({ slug: scope, prefix: scope, scopes: { offered: [scope] } }))
    expect(check({ keyTypes, apis: [{ slug: 'x', accepts: ['s', 't'], routes: [{ method: 'GET', path: '/a', scopes: ['s', 't'] }] }] })).toEqual([
      'apis[x].routes[0].scopes scopes_not_offered_together',
    ])
  })

  it('takes one header under several schemes, and an optional companion that some routes lack', () => {
    expect(
      ofApi({
        carriers: [
          { in: 'header', scheme: 'bearer' },
          { in: 'header', scheme: 'basic' },
          { in: 'header', scheme: 'raw' },
        ],
      }),
    ).toEqual([])
    expect(
      ofApi({
        ...org('path', 'org', { required: false }),
        routes: [
          { method: 'GET', path: '/{org}' },
          { method: 'GET', path: '/b/c' },
        ],
      }),
    ).toEqual([])
  })
})

describe('address lists of a file', () => {
  it('name a type that has address rules, once for each organization, without an address twice', () => {
    const file = configurationFile.parse({
      version: 1,
      keyTypes: [
        { slug: 'a', prefix: 'a', addresses: { mode: 'optional' } },
        { slug: 'b', prefix: 'b' },
      ],
      addressLists: [
        { organization: 'acme', keyType: 'a', addresses: ['10.0.0.0/8', '10.0.0.0/8'] },
        { organization: 'acme', keyType: 'a', addresses: 'any' },
        { organization: 'acme', keyType: 'b', addresses: 'any' },
        { organization: 'acme', keyType: 'c', addresses: 'any' },
      ],
    })
    expect(checkAddressLists(file.addressLists, file).map((error) => `${error.path} ${error.code}`)).toEqual([
      'addressLists[0].addresses[1] duplicate_address',
      'addressLists[1] duplicate_address_list',
      'addressLists[2].keyType addresses_off',
      'addressLists[3].keyType unknown_key_type',
    ])
  })
})
