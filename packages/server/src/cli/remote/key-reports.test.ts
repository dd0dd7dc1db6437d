import { expect, test } from 'vitest'
import { detailText } from './key-reports.ts'

test('instants in what an event tells are dates for people; other numbers, and what is no instant, stay', () => {
  expect(detailText({ version: 2, overlapSeconds: 3600, oldEndsAt: 1_795_707_842_289, expiresAt: null, name: '1' })).toBe(
    'version=2 overlapSeconds=3600 oldEndsAt=2026-11-26T15:44:02.289Z expiresAt=null name=1',
  )
  expect(detailText({ changes: { expiresAt: { from: null, to: 1_795_707_842_289 }, scopes: { from: [], to: ['a'] } } })).toBe(
    'changes={"expiresAt":{"from":null,"to":"2026-11-26T15:44:02.289Z"},"scopes":{"from":[],"to":["a"]}}',
  )
  expect(detailText({ endsAt: 1e300, oddAt: 'soon' })).toBe('endsAt=1e+300 oddAt=soon')
})
