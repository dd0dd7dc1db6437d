import { inspect } from 'node:util'
import type { AppError } from '@keywright/core/problem-code.ts'
import { expect, test } from 'vitest'
import { loadConfig } from './load.ts'

const FROM = 'keys@example.com'

function mailOf(url: string, more: Record<string, string> = {}) {
  return loadConfig({ KEYWRIGHT_SMTP_URL: url, KEYWRIGHT_MAIL_FROM: FROM, ...more }).secrets.mail
}

function problemsOf(variables: Record<string, string>): string[] {
  try {
    loadConfig(variables)
    return []
  } catch (error) {
    return (error as AppError).errors.map((each) => each.message)
  }
}

test('the mail server is a URL, its sender an address with or without a name', () => {
  expect(mailOf('smtp://user:p%40ss@mail.example.com')).toEqual({
    server: { host: 'mail.example.com', port: 587, implicitTls: false, requireTls: true, user: 'user', password: 'p@ss' },
    from: { name: '', address: FROM },
  })
  expect(mailOf('smtps://mail.example.com:4465', { KEYWRIGHT_MAIL_FROM: 'Example keys <keys@example.com>' })).toMatchObject({
    server: { port: 4465, implicitTls: true, user: null },
    from: { name: 'Example keys', address: FROM },
  })
  expect(loadConfig({}).secrets.mail).toBeNull()
})

test('mail travels in the clear to this machine only, or where plain text was allowed', () => {
  const requires = (url: string, more = {}) => mailOf(url, more)?.server.requireTls
  expect(requires('smtp://mail.example.com')).toBe(true)
  expect(requires('smtp://127.0.0.1:2525')).toBe(false)
  expect(requires('smtp://mailpit:1025', { KEYWRIGHT_ALLOW_HTTP: 'true' })).toBe(false)
})

test('what cannot be used is said without repeating it, for it may hold a password', () => {
  for (const url of [
    'mail.example.com:25',
    'http://user:geheim@host',
    'smtp://user:geheim@host/path',
    'smtp://user:geheim%@host',
    'smtp://user:geheim@host?tls=no',
  ]) {
    const problems = problemsOf({ KEYWRIGHT_SMTP_URL: url, KEYWRIGHT_MAIL_FROM: FROM })
    expect(problems).toEqual([expect.stringContaining('KEYWRIGHT_SMTP_URL must be smtp://')])
    expect(problems.join()).not.toContain('geheim')
  }
  for (const from of ['no address', 'a@b\r\nBcc: c@d', 'Name <a@b', 'a@b, c@d'])
    expect(problemsOf({ KEYWRIGHT_SMTP_URL: 'smtp://host', KEYWRIGHT_MAIL_FROM: from })).toHaveLength(1)
  expect(problemsOf({ KEYWRIGHT_SMTP_URL: 'smtp://host' })).toEqual([expect.stringContaining('KEYWRIGHT_MAIL_FROM must be set')])
  expect(problemsOf({ KEYWRIGHT_MAIL_FROM: FROM })).toEqual([expect.stringContaining('of no use without')])
})

test('the password prints nowhere', () => {
  const { config, secrets } = loadConfig({ KEYWRIGHT_SMTP_URL: 'smtp://user:geheim@host', KEYWRIGHT_MAIL_FROM: FROM })
  expect(inspect({ config, secrets }) + JSON.stringify({ config, secrets })).not.toContain('geheim')
})
