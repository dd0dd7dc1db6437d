import { expect, test } from 'vitest'
import { refuseSecretInUrl } from './request-facts.ts'

const SECRET = `ucd_${'Ab3'.repeat(13)}`

test.each([
  `/v1/me?key=${SECRET}`,
  `/${SECRET}`,
  `/v1/me?key=${SECRET.replace('_', '%5F')}`,
  `/v1/me?key=${SECRET.replace('_', '%5f')}`,
  `/v1/me?key=${SECRET.replace('_', '%255F')}`,
  `/v1/me?bad=%ZZ&key=${SECRET.replace('_', '%5F')}`,
  `/v1/me?bad=%C3%28&key=${SECRET.replace('ucd', '%75%63%64')}`,
])('refuses a secret in the URL however it is escaped: %s', (url) => {
  expect(() => refuseSecretInUrl(url)).toThrow('A secret stands in the URL')
})

test.each([
  '/v1/organizations/acme/keys/key_01k2v5x7z9abcdefghjkmnpqrs:activate',
  '/v1/me?cursor=WzE3ODAzMTUyMDAwMDAsImtleV8wMWtuZiJd',
  '/v1/me?a=%ZZ',
  '/v1/me?q=100%25',
])('takes what is no secret: %s', (url) => {
  expect(() => refuseSecretInUrl(url)).not.toThrow()
})
