import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { keyType, type KeyTypeInput } from '@keywright/core/configuration/key-type.ts'
import { keyTypeInFull } from '@keywright/core/configuration/print.ts'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { readKeyType } from './read-key-type.ts'

const PRESETS = join(import.meta.dirname, '../../../../presets')
const presets = readdirSync(PRESETS).flatMap((file) => (parse(readFileSync(join(PRESETS, file), 'utf8')) as { keyTypes: KeyTypeInput[] }).keyTypes)

test.each(presets.map((input) => [input.slug, input] as const))('%s is read as the server means it', (_slug, input) => {
  const meant = keyType.parse(input)
  expect(readKeyType(keyTypeInFull(meant))).toEqual(meant)
})

test('a type that uses every field, with what is left out filled in', () => {
  const meant = keyType.parse({
    slug: 'all',
    prefix: 'all',
    label: 'Everything',
    offeredWith: 'package',
    cap: { max: 2, counts: 'active', per: 'environment' },
    expiry: { mode: 'required', presets: ['90s', '30d'], max: '365d', default: '30d' },
    replace: { overlapDefault: '1h', overlapMax: '2d' },
    addresses: { mode: 'required', organizationList: ['10.0.0.0/8', { cidr: '192.0.2.1', label: 'Office' }] },
    scopes: { offered: ['read', { scope: 'write', entitlement: 'package' }], default: ['read'] },
    direct: false,
    mints: { lifetime: '1h' },
    carriers: [
      { in: 'header', name: 'X-Key' },
      { in: 'header', scheme: 'basic' },
      { in: 'body', name: 'key' },
    ],
    companions: [
      { from: 'header', name: 'X-Organization', names: 'organization' },
      { from: 'host', template: '{environment}.example.com', names: 'environment', fold: 'lowercase', required: false },
    ],
    limits: [
      { calls: 10, per: '60s', maxCalls: 20 },
      { calls: 5, per: '1s' },
    ],
    sunset: [
      { deprecatedAt: '2026-01-01T00:00:00Z', retiredAt: '2026-02-01T00:00:00Z' },
      { origin: 'old', deprecatedAt: '2026-01-01T00:00:00Z', retiredAt: '2026-02-01T00:00:00Z', successor: 'new', noticeDays: [5] },
    ],
    presentation: { page: 'Page', layout: 'single', labels: { issue: 'Make' } },
  })
  expect(readKeyType(keyTypeInFull(meant))).toEqual(meant)
})
