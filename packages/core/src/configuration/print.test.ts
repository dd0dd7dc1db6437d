import fc from 'fast-check'
import { expect, it } from 'vitest'
import { HTTP_METHODS } from './api.ts'
import { configurationFile, type ConfigurationInput } from './configuration.ts'
import { printConfiguration } from './print.ts'

const slug = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?$/)
const prefix = fc.stringMatching(/^[a-z0-9]([a-z0-9_]{0,8}[a-z0-9])?$/)
const text = fc.stringMatching(/^[ -~äöü€]{0,20}$/)
const scope = fc.stringMatching(/^[a-z.:]{1,10}$/)
const seconds = fc.oneof(fc.integer({ min: 1, max: 31 * 86_400 }), fc.constantFrom(60, 3600, 86_400, 604_800))
const instant = fc.integer({ min: 0, max: 4_000_000_000_000 }).map((value) => new Date(value).toISOString())
const header = fc.constantFrom('Authorization', 'authorization', 'X-Key')
const few = <Value>(item: fc.Arbitrary<Value>, minLength = 0) => fc.array(item, { minLength, maxLength: 3 })
const some = <Shape extends object>(shape: { [Name in keyof Shape]: fc.Arbitrary<Shape[Name]> }) => fc.record(shape, { requiredKeys: [] })
const nullable = <Value>(item: fc.Arbitrary<Value>) => fc.option(item, { nil: null })

const carrier = fc.oneof(
  fc.record({ in: fc.constant('header'), name: header, scheme: fc.constantFrom('bearer', 'raw', 'basic') }, { requiredKeys: ['in'] }),
  fc.record({ in: fc.constant('body'), name: fc.constantFrom('k', 'api_key') }),
)
const companion = fc.oneof(
  fc.record(
    {
      from: fc.constantFrom('header', 'body', 'path'),
      name: fc.constant('org'),
      names: fc.constantFrom('organization', 'environment'),
      fold: fc.constantFrom('none', 'lowercase'),
      required: fc.boolean(),
    },
    { requiredKeys: ['from', 'name', 'names'] },
  ),
  fc.record({ from: fc.constant('host'), template: fc.constant('{organization}.example.com'), names: fc.constant('organization') }),
)
const cidr = fc.tuple(fc.integer({ min: 1, max: 250 }), fc.integer({ min: 0, max: 255 })).map(([high, low]) => `${high}.0.0.${low}`)
const addresses = fc.oneof(fc.constant('any'), few(fc.oneof(cidr, fc.record({ cidr, label: text })), 1))
const sunset = fc
  .tuple(instant, instant, some({ origin: slug, successor: slug, noticeDays: few(fc.integer({ min: 1, max: 99 })) }))
  .map(([one, two, rest]) => ({ deprecatedAt: one < two ? one : two, retiredAt: one < two ? two : one, ...rest }))
const overlap = fc.integer({ min: 0, max: 1_000_000 })

const keyType = fc
  .tuple(
    fc.record({ slug, prefix }),
    some({
      label: text,
      description: text,
      secretLength: fc.integer({ min: 36, max: 128 }),
      offeredWith: nullable(slug),
      naming: some({ mode: fc.constantFrom('required', 'optional', 'none'), unique: fc.boolean() }),
      environments: nullable(few(slug, 1)),
      cap: nullable(
        fc.record(
          { max: fc.integer({ min: 1, max: 9 }), counts: fc.constantFrom('notRemoved', 'active'), per: fc.constantFrom('organization', 'environment') },
          { requiredKeys: ['max'] },
        ),
      ),
      expiry: some({ mode: fc.constantFrom('none', 'optional', 'required'), presets: few(seconds), max: nullable(seconds), default: nullable(seconds) }),
      activation: fc.constantFrom('immediate', 'manual'),
      visibility: fc.constantFrom('once', 'retrievable'),
      autoProvision: fc.boolean(),
      replace: some({ allowed: fc.boolean(), overlapDefault: overlap, overlapMax: overlap }),
      deactivate: fc.boolean(),
      remove: fc.boolean(),
      possession: fc.constantFrom('revoke', 'deactivate', 'off'),
      addresses: some({ mode: fc.constantFrom('off', 'optional', 'required'), organizationList: fc.oneof(fc.constant('none'), addresses) }),
      scopes: some({ offered: few(fc.oneof(scope, fc.record({ scope, entitlement: nullable(slug) }))), default: few(scope) }),
      direct: fc.boolean(),
      mints: nullable(fc.record({ lifetime: fc.integer({ min: 1, max: 86_400 }) })),
      carriers: nullable(few(carrier, 1)),
      companions: few(companion),
      limits: few(fc.record({ calls: fc.integer({ min: 1, max: 999 }), per: seconds, maxCalls: nullable(fc.integer({ min: 1, max: 999 })) })),
      roles: some({ manage: few(fc.constantFrom('owner', 'administrator', 'member')), reveal: few(fc.constantFrom('owner', 'auditor')), stepUp: fc.boolean() }),
      sunset: few(sunset),
      origin: nullable(slug),
      presentation: some({
        page: nullable(text),
        section: nullable(text),
        layout: fc.constantFrom('list', 'single'),
        labels: some({ issue: text, remove: text }),
      }),
    }),
  )
  .map(([needed, rest]) => ({ ...needed, ...rest }))

const api = fc
  .tuple(
    fc.record({ slug, accepts: few(slug, 1) }),
    some({
      label: text,
      description: text,
      environment: nullable(slug),
      carriers: few(carrier, 1),
      companions: few(companion),
      routes: nullable(
        few(
          fc.record(
            { method: fc.constantFrom(...HTTP_METHODS), path: fc.constantFrom('/', '/a', '/a/{id}', '/{rest+}'), scopes: few(scope) },
            { requiredKeys: ['method', 'path'] },
          ),
          1,
        ),
      ),
      forwardAuth: fc.boolean(),
      upstream: nullable(fc.constantFrom('http://127.0.0.1:4501', 'https://crm.example.com/base', 'http://crm:80')),
    }),
  )
  .map(([needed, rest]) => ({ ...needed, ...rest }))

it('prints what parses to the same configuration again', () => {
  const file = fc.record({ version: fc.constant(1), entitlements: few(slug), environments: few(slug), keyTypes: few(keyType), apis: few(api) })
  fc.assert(
    fc.property(file, (input) => {
      const parsed = configurationFile.parse(input as unknown as ConfigurationInput)
      const printed = printConfiguration(parsed)
      // What is printed must survive being written down.
      expect(configurationFile.parse(JSON.parse(JSON.stringify(printed)))).toEqual(parsed)
    }),
    { numRuns: 300 },
  )
})

it('prints durations and instants as people write them, and leaves defaults out', () => {
  const parsed = configurationFile.parse({
    version: 1,
    environments: ['live'],
    keyTypes: [
      {
        slug: 'a',
        prefix: 'a',
        expiry: { mode: 'optional', max: 604_800 },
        cap: { max: 1 },
        sunset: [{ deprecatedAt: '2026-01-01T01:00:00+01:00', retiredAt: '2026-02-01T00:00:00Z' }],
        scopes: { offered: [{ scope: 's' }] },
      },
    ],
    apis: [{ slug: 'x', accepts: ['a'], carriers: [{ in: 'header' }] }],
  })
  expect(printConfiguration(parsed)).toEqual({
    version: 1,
    environments: ['live'],
    keyTypes: [
      {
        slug: 'a',
        prefix: 'a',
        expiry: { max: '7d' },
        cap: { max: 1 },
        sunset: [{ deprecatedAt: '2026-01-01T00:00:00.000Z', retiredAt: '2026-02-01T00:00:00.000Z' }],
        scopes: { offered: ['s'] },
      },
    ],
    apis: [{ slug: 'x', accepts: ['a'] }],
  })
})
