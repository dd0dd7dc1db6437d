import { compileAddressSet } from '@keywright/core/network/address-set.ts'
import { expect, test } from 'vitest'
import { questionOf } from './request.ts'

const nobody = compileAddressSet([])
const ask = (asked: unknown) => questionOf(asked as never, nobody).request

test('a secret that is passed alone by mistake is not repeated in the complaint', () => {
  const secret = `crm_${'s'.repeat(40)}`
  for (const asked of [secret, undefined, null, 7]) {
    let message = ''
    try {
      ask(asked)
    } catch (error) {
      message = (error as Error).message
    }
    expect(message).toBe('A verifier is asked about a request of Node, or { secret }, or { request }.')
  }
})

test('what a client sent in place of a secret is refused like any other, and never an error', () => {
  for (const none of [null, undefined, '']) expect(ask({ secret: none }).secret ?? '').toBe('')
  for (const strange of [7, ['crm_a', 'crm_b'], {}, true]) expect(ask({ secret: strange }).secret).toBe('?')
  const request = { method: 'GET', path: '/', headers: {} }
  expect(ask({ secret: null, request })).toEqual({ address: null, request: { ...request, body: undefined } })
  // Its route says which scopes are needed, also where the secret was taken from it already.
  expect(ask({ secret: 'crm_a', request })).toMatchObject({ secret: 'crm_a', request: { path: '/' } })
})

test('calls that would count as less than none, or as no number, are refused: they would pass every limit', () => {
  for (const cost of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, '3'])
    expect(() => ask({ secret: 'x', cost })).toThrow('"cost" must be a whole number from 0.')
  expect(ask({ secret: 'x', cost: 0 }).cost).toBe(0)
})

test('a request of the Web in place of a description is said to be wrong, instead of being one without a key', () => {
  const web = new Request('https://api.example.com/orders', { headers: { authorization: 'Bearer x' } })
  expect(() => ask({ request: { method: 'GET', path: '/' } })).toThrow('"request" must be { method, path, headers }')
  expect(() => ask(web)).toThrow(/a request of the Web/)
})

test('an address that is none is none', () => {
  for (const ip of [undefined, null, '', 'unknown', 7, '300.1.1.1', '10.0.0.1, 10.0.0.2']) expect(ask({ secret: 'x', ip }).address).toBe(null)
  expect(ask({ secret: 'x', ip: '::ffff:10.0.0.1' }).address).toBe('10.0.0.1')
})
