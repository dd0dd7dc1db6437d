import { expect, test } from 'vitest'
import { expiryText, type NoticeFacts, sunsetText } from './notice-text.ts'

const NOW = Date.parse('2026-06-01T00:00:00Z')
const facts = (organization: string, ...names: string[]): NoticeFacts => ({
  organization: { slug: 'acme', name: organization },
  keys: names.map((name) => ({ id: 'key_1', key_type: 'web', environment: 'live', name, hint: 'web_…1234', expires_at: NOW + 86_400_000 })),
  count: names.length,
  now: NOW,
  publicUrl: 'https://keys.example.com',
  supportContact: null,
})
const rule = { label: 'Web push', origin: null, retiredAt: NOW + 86_400_000, successor: null }

test('says how many keys of whom end when, and names each', () => {
  const { subject, text, html } = expiryText(facts('Acme & Co', 'Importer', ''))
  expect(subject).toBe('2 API keys of Acme & Co: the first expires in 1 day')
  expect(text).toContain('- Importer (web, live, web_…1234), expires 2026-06-02 00:00:00 UTC')
  expect(text).toContain('- without a name (web')
  expect(html).toContain('of Acme &amp; Co')
})

test.each(['Confirm at evil.example', 'https://evil.example/x', 'write to help@evil.example'])(
  'nobody writes the link "%s" into our mail by a name',
  (name) => {
    for (const { subject, text, html } of [expiryText(facts(name, name)), sunsetText(facts(name, name), rule)]) {
      expect(subject + text + html).not.toContain('evil')
      expect(subject).toContain('1 API key of acme')
      expect(text).toContain('- named like an address (web, live, web_…1234)')
    }
  },
)
