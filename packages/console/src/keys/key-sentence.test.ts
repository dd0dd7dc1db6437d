import { expect, test } from 'vitest'
import { sentenceOf, type Draft } from './key-sentence.ts'

const draft: Draft = {
  label: 'UCD',
  name: 'Nightly sync',
  environment: 'live',
  organization: 'Acme',
  endsAt: Date.UTC(2026, 11, 24, 23),
  scopes: ['ucd.export', 'ucd.profile'],
  hasScopes: true,
  addresses: [{ cidr: '192.0.2.7' }, { cidr: '10.0.0.0/8' }],
  organizationAddresses: 'any',
  limits: [{ calls: 300, per: '60 seconds' }],
  manual: false,
  mintsFor: null,
}

test('says everything that was chosen', () => {
  expect(sentenceOf(draft, 'UTC')).toBe(
    'The key “Nightly sync” of the type UCD will work for Acme in live until 24 Dec 2026, 23:00:00 UTC: accepted only from 192.0.2.7 and 10.0.0.0/8; allowed to use ucd.export and ucd.profile; at most 300 calls in 60 seconds.',
  )
})

test('does not hide what is wide open or empty', () => {
  const sentence = sentenceOf({ ...draft, name: '', endsAt: null, scopes: [], addresses: 'any', limits: [], manual: true, mintsFor: '1 hour' })
  expect(sentence).toBe(
    'A key of the type UCD will work for Acme in live until somebody stops it, once somebody has activated it: exchanged for session tokens that live 1 hour; accepted from any address; without any scope, so it may use nothing that needs one.',
  )
})

test('names the list of the organization, which must let a call through as well', () => {
  const organizationAddresses = [{ cidr: '127.0.0.1' }]
  expect(sentenceOf({ ...draft, organizationAddresses })).toContain('10.0.0.0/8, and only where the organization’s list (1 entry) lets it through as well')
  expect(sentenceOf({ ...draft, addresses: null, organizationAddresses })).toContain('accepted only from the organization’s list (1 entry)')
})

test('counts a long list', () => {
  const addresses = ['1', '2', '3', '4', '5'].map((last) => ({ cidr: `192.0.2.${last}` }))
  expect(sentenceOf({ ...draft, addresses })).toContain('192.0.2.1, 192.0.2.2, 192.0.2.3 and 2 more')
})
