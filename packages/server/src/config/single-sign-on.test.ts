import { expect, test } from 'vitest'
import { readEnvironment } from './env.ts'
import { singleSignOnFrom } from './single-sign-on.ts'

const ALL = {
  KEYWRIGHT_OIDC_ISSUER: 'https://login.example.com/realms/acme',
  KEYWRIGHT_OIDC_CLIENT_ID: 'keywright',
  KEYWRIGHT_OIDC_CLIENT_SECRET: 'very-secret-value',
}

function read(variables: Record<string, string>) {
  const environment = readEnvironment(variables)
  return { settings: singleSignOnFrom(environment), problems: environment.problems }
}

test('issuer, client and secret make single sign-on, called by its host or as it is said', () => {
  expect(read({})).toEqual({ settings: null, problems: [] })
  const { settings, problems } = read(ALL)
  expect(problems).toEqual([])
  expect(settings).toEqual({ issuer: ALL.KEYWRIGHT_OIDC_ISSUER, clientId: 'keywright', clientSecret: 'very-secret-value', label: 'login.example.com' })
  expect(read({ ...ALL, KEYWRIGHT_OIDC_LABEL: 'Acme Login' }).settings?.label).toBe('Acme Login')
  expect(read({ ...ALL, KEYWRIGHT_OIDC_ISSUER: 'http://127.0.0.1:9000' }).problems).toEqual([])
})

test('what is missing is named, and nothing of the secret is repeated', () => {
  for (const missing of Object.keys(ALL)) {
    const { problems } = read(Object.fromEntries(Object.entries(ALL).filter(([name]) => name !== missing)))
    expect(problems.map(({ path }) => path)).toEqual([missing])
    expect(JSON.stringify(problems)).not.toContain('very-secret-value')
  }
  expect(read({ KEYWRIGHT_OIDC_LABEL: 'Acme' }).problems.map(({ path }) => path)).toEqual(['KEYWRIGHT_OIDC_LABEL'])
})

test.each(['http://login.example.com', 'login.example.com', 'https://a:b@login.example.com', 'https://login.example.com?x=1', 'ftp://login.example.com'])(
  'the issuer %s is refused',
  (issuer) => expect(read({ ...ALL, KEYWRIGHT_OIDC_ISSUER: issuer }).problems.map(({ path }) => path)).toEqual(['KEYWRIGHT_OIDC_ISSUER']),
)
