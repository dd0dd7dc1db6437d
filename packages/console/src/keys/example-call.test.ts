import { execFileSync } from 'node:child_process'
import { keyType, type KeyTypeInput } from '@keywright/core/configuration/key-type.ts'
import { ACCESS_TOKEN_TYPE, API_KEY_TYPE, TOKEN_EXCHANGE } from '@keywright/core/contract/sessions.ts'
import { describe, expect, test } from 'vitest'
import { envFile, variableName } from './env-file.ts'
import { type AcceptingApi, callFor, chooseApi, exampleCall, quoted } from './example-call.ts'
import * as repeated from './token-exchange.ts'

const SECRET = 'ucd_Secret0000000000000000000000000Xy9z'
const apiWith = (more: Partial<AcceptingApi> = {}): AcceptingApi => ({
  slug: 'crm',
  label: 'CRM',
  environment: 'live',
  baseUrl: 'https://crm.example.com',
  carriers: [{ in: 'header', name: 'Authorization' }],
  companions: [],
  routes: null,
  ...more,
})
const key = { secret: SECRET, organization: 'acme', environment: 'live', scopes: ['ucd.profile'] }
/** The words a shell makes of a line. */
const wordsOf = (command: string): string[] =>
  execFileSync('sh', ['-c', `printf '%s\\n' ${command.slice('curl'.length)}`], { encoding: 'utf8' })
    .trimEnd()
    .split('\n')
const wordsFor = (api: AcceptingApi) => wordsOf(exampleCall(api, key).command)

describe('the line to call an API with', () => {
  test('carries a bearer token to the address that is registered, and needs nothing exchanged', () => {
    expect(wordsFor(apiWith())).toEqual(['https://crm.example.com/', '-H', `Authorization: Bearer ${SECRET}`])
    expect(exampleCall(apiWith(), key).placeholders).toEqual([])
  })

  test.each([
    [{ in: 'header', name: 'Authorization', scheme: 'raw' }, ['-H', `Authorization: ${SECRET}`]],
    [{ in: 'header', name: 'Authorization', scheme: 'basic' }, ['-u', `:${SECRET}`]],
    [{ in: 'header', name: 'X-REQUEST-TOKEN' }, ['-H', `X-REQUEST-TOKEN: ${SECRET}`]],
    [{ in: 'header', name: 'X-Key', scheme: 'bearer' }, ['-H', `X-Key: Bearer ${SECRET}`]],
    [{ in: 'body', name: 'api_key' }, ['-H', 'Content-Type: application/json', '-d', JSON.stringify({ api_key: SECRET })]],
  ])('puts the key where the API wants it: %j', (carrier, expected) => {
    expect(wordsFor(apiWith({ carriers: [carrier] })).slice(1)).toEqual(expected)
  })

  test('says beside it whose key it is: header, path, body, host', () => {
    const companion = (from: string, name: string) => ({ from, name, names: 'organization' })
    expect(wordsFor(apiWith({ companions: [companion('header', 'X-PARTNER-NAME')] }))).toContain('X-PARTNER-NAME: acme')
    expect(
      wordsFor(
        apiWith({ companions: [companion('path', 'organization')], routes: [{ method: 'GET', path: '/v2/organizations/{organization}', scopes: [] }] }),
      )[0],
    ).toBe('https://crm.example.com/v2/organizations/acme')
    expect(wordsFor(apiWith({ companions: [companion('body', 'partner_id')] }))).toContain('{"partner_id":"acme"}')
    const host = { from: 'host', template: '{organization}.example.com', names: 'organization' }
    expect(wordsFor(apiWith({ companions: [host] }))).toContain('Host: acme.example.com')
    expect(wordsFor(apiWith({ companions: [host], baseUrl: null }))[0]).toBe('https://acme.example.com/')
  })

  test('calls a route that the scopes of the key allow, one that reads where there is one', () => {
    const routes = [
      { method: 'POST', path: '/upsert', scopes: ['ucd.upsert'] },
      { method: 'DELETE', path: '/profile', scopes: ['ucd.profile'] },
      { method: 'POST', path: '/profile', scopes: ['ucd.profile'] },
    ]
    expect(wordsFor(apiWith({ routes }))).toEqual([
      'https://crm.example.com/profile',
      '-H',
      `Authorization: Bearer ${SECRET}`,
      '-H',
      'Content-Type: application/json',
      '-d',
      '{}',
    ])
    const reading = { method: 'GET', path: '/contacts', scopes: [] }
    expect(wordsFor(apiWith({ routes: [...routes, reading] }))).toEqual(['https://crm.example.com/contacts', '-H', `Authorization: Bearer ${SECRET}`])
    expect(wordsFor(apiWith({ routes: [routes[1] as (typeof routes)[number]] })).slice(0, 3)).toEqual(['-X', 'DELETE', 'https://crm.example.com/profile'])
  })

  test('marks what must be exchanged: an address that nobody registered, a part of the path we cannot know', () => {
    expect(exampleCall(apiWith({ baseUrl: null }), key).placeholders).toEqual(['api.example.com'])
    const call = exampleCall(apiWith({ routes: [{ method: 'GET', path: '/contacts/{id}', scopes: [] }] }), key)
    expect([call.placeholders, call.command.includes('/contacts/ID')]).toEqual([['id'], true])
  })

  test('is for the API of the environment of the key, rather one whose address is known', () => {
    const staging = apiWith({ slug: 'staging', environment: 'staging' })
    const unknown = apiWith({ slug: 'unknown', baseUrl: null })
    expect(chooseApi([staging, unknown, apiWith()], 'live', [])?.slug).toBe('crm')
    expect(chooseApi([staging], 'live', [])).toBeNull()
  })
})

test('a key that only mints is exchanged at the server', () => {
  const type = keyType.parse({ slug: 'imt', prefix: 'imt', direct: false, mints: { lifetime: '1h' } } satisfies KeyTypeInput)
  const call = callFor(type, [apiWith()], key, 'https://keys.example.com')
  expect(wordsOf(call?.command ?? '')).toEqual(
    expect.arrayContaining(['https://keys.example.com/oauth2/token', `subject_token=${SECRET}`, `grant_type=${TOKEN_EXCHANGE}`]),
  )
  expect({ ...repeated }).toEqual({ TOKEN_EXCHANGE, ACCESS_TOKEN_TYPE, API_KEY_TYPE })
})

test.each(["it's", '$(id) `id` "x"', "'; rm -rf /", 'a\\b'])('a shell reads %j as one word', (text) => {
  expect(execFileSync('sh', ['-c', `printf %s ${quoted(text)}`], { encoding: 'utf8' })).toBe(text)
})

describe('the .env file', () => {
  const facts = { type: 'insider-2024-ucd', secret: SECRET, label: 'UCD', name: 'CI "a"', organization: 'acme', environment: 'live', expiresAt: null }
  test('is read by a shell as the one variable', () => {
    const read = execFileSync('sh', ['-c', 'set -a; eval "$(cat)"; printf %s "$INSIDER_2024_UCD_KEY"'], { input: envFile(facts), encoding: 'utf8' })
    expect(read).toBe(SECRET)
  })
  test('says when the key ends', () => {
    expect(envFile({ ...facts, expiresAt: Date.UTC(2027, 0, 1) })).toContain('Expires 2027-01-01T00:00:00.000Z.')
  })
  test.each([
    ['insites-instance-key', 'INSITES_INSTANCE_KEY'],
    ['insidemaps-master-token', 'INSIDEMAPS_MASTER_TOKEN'],
    ['2fast', 'KEY_2FAST_KEY'],
  ])('names %s %s', (type, expected) => {
    expect(variableName(type)).toBe(expected)
  })
})
