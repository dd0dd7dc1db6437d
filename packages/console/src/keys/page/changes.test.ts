import { keyType } from '@keywright/core/configuration/key-type.ts'
import { describe, expect, test } from 'vitest'
import type { Key } from '../key.ts'
import { changesOf, valuesOf } from './changes.ts'

const NOW = Date.UTC(2026, 10, 26, 12)
const type = keyType.parse({ slug: 'a', prefix: 'a', limits: [{ calls: 300, per: '60s' }], scopes: { offered: ['x', 'y'] }, addresses: { mode: 'optional' } })
const key = {
  name: 'Sync',
  expiresAt: null,
  scopes: ['x'],
  addresses: [{ cidr: '192.0.2.1', label: null }],
  limits: [{ calls: 10, per: '1m' }],
  tags: ['one'],
  metadata: { owner: 'team = a' },
} as unknown as Key

describe('saving', () => {
  test('sends nothing that is as it was, however it was touched', () => {
    expect(changesOf(valuesOf(key, type), key, type, NOW)).toEqual({ changes: {}, mistakes: [] })
  })

  test('sends only what was touched, so that what others changed meanwhile stays theirs', () => {
    const changed = { ...key, name: 'Renamed by another', tags: ['two'] } as Key
    expect(changesOf({ scopes: ['x', 'y'] }, changed, type, NOW).changes).toEqual({ scopes: ['x', 'y'] })
  })

  test('reads each field as it is typed', () => {
    const { changes, mistakes } = changesOf(
      {
        name: ' New ',
        expiry: { kind: 'seconds', seconds: 60 },
        addresses: 'any',
        limits: { '60': ' 1 00 ' },
        tags: 'one, two',
        metadata: 'owner = b\n\nurl=https://x/?a=b',
      },
      key,
      type,
      NOW,
    )
    expect(mistakes).toEqual([])
    expect(changes).toEqual({
      name: 'New',
      expiresInSeconds: 60,
      addresses: 'any',
      limits: [{ calls: 100, per: 60 }],
      tags: ['one', 'two'],
      metadata: { owner: 'b', url: 'https://x/?a=b' },
    })
  })

  test('an empty limit is that of the type again', () => {
    expect(changesOf({ limits: { '60': '' } }, key, type, NOW).changes).toEqual({ limits: null })
  })

  test('tells everything that cannot be read at once', () => {
    const { mistakes } = changesOf({ expiry: { kind: 'date', day: '' }, addresses: [], limits: { '60': 'many' }, metadata: 'no value' }, key, type, NOW)
    expect(mistakes.map(({ path }) => path)).toEqual(['expiresAt', 'addresses', 'limit-60', 'metadata'])
  })
})
