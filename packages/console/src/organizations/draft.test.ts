import { expect, test } from 'vitest'
import { changesOf, draftOf, mistakesOf, newDraft, requestOf } from './draft.ts'

const acme = {
  id: 'org_1',
  slug: 'acme',
  name: 'Acme',
  status: 'active' as const,
  aliases: ['acme-eu', 'A1'],
  entitlements: ['upsert'],
  environments: ['live', 'test'],
  contacts: ['ops@acme.example'],
  createdAt: '2026-01-01T00:00:00Z',
  updatedAt: '2026-01-01T00:00:00Z',
}

test('only what was changed is sent', () => {
  expect(changesOf(acme, draftOf(acme))).toEqual({})
  expect(changesOf(acme, { ...draftOf(acme), aliases: 'acme-eu, B2\n', entitlements: [] })).toEqual({ aliases: ['acme-eu', 'B2'], entitlements: [] })
})

test('a new one begins with the environments of the installation, and a blank name is left to the server', () => {
  expect(requestOf({ ...newDraft(['live']), slug: ' acme ' })).toEqual({ slug: 'acme', aliases: [], entitlements: [], environments: ['live'], contacts: [] })
})

test('every mistake is told at once', () => {
  const wrong = { ...newDraft([]), contacts: 'ops@x nobody', owner: 'me' }
  expect(mistakesOf(wrong, true).map(({ path }) => path)).toEqual(['slug', 'environments', 'contacts', 'owner'])
  expect(mistakesOf(wrong, false).map(({ path }) => path)).toEqual(['name', 'slug', 'environments', 'contacts', 'owner'])
  expect(mistakesOf(draftOf(acme), false)).toEqual([])
})
