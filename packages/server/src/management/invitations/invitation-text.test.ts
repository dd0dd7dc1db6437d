import { expect, test } from 'vitest'
import { invitationText } from './invitation-text.ts'

const FACTS = {
  organization: { name: 'Acme', slug: 'acme' },
  role: 'administrator' as const,
  inviter: 'Ann',
  expiresAt: Date.UTC(2026, 5, 8, 12),
  link: 'https://keys.example/invitation#abc',
  supportContact: null,
}

test('the mail says who invites where as what, until when, and has one button with the link', () => {
  const { subject, text, html } = invitationText(FACTS)
  expect(subject).toBe('Invitation to Acme')
  expect(text).toContain('Ann invites you to Acme as an administrator.')
  expect(text).toContain('Accept the invitation:\nhttps://keys.example/invitation#abc\n')
  expect(text).toContain('until 2026-06-08 12:00 UTC')
  expect([...html.matchAll(/href="([^"]*)"/g)].map((match) => match[1])).toEqual([FACTS.link])
  expect(subject).not.toContain('abc')
})

test('names are escaped, stay on their line, and lead nowhere', () => {
  const nasty = invitationText({ ...FACTS, organization: { name: '<b>&"\r\nBcc: x', slug: 'acme' }, inviter: '<script>alert(1)</script>' })
  expect(nasty.subject).toBe('Invitation to <b>&" Bcc: x')
  expect(nasty.html).not.toMatch(/<script>|<b>/)
  expect(nasty.html).toContain('&lt;script&gt;')
  for (const name of ['Log in at evil.example', 'https://evil', 'mail me@evil', 'кошелёк.рф'])
    for (const facts of [
      { ...FACTS, organization: { name, slug: 'acme' } },
      { ...FACTS, inviter: name },
    ]) {
      const { subject, text, html } = invitationText(facts)
      expect(subject + text + html, name).not.toContain(name)
    }
  expect(invitationText({ ...FACTS, organization: { name: 'Acme S.A. & Co', slug: 'acme' } }).text).toContain('Acme S.A. & Co')
  expect(invitationText({ ...FACTS, inviter: null }).text).toContain('You are invited to Acme')
  expect(invitationText({ ...FACTS, organization: null, role: 'member' }).subject).toBe('Invitation to the operators of Keywright')
})
