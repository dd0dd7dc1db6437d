import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { countBodyField, readBody } from './json-body.ts'
import { get, smallWorld } from './testing/world.ts'

describe('a body carrier', () => {
  const { world, acme, data } = smallWorld({}, { carriers: [{ in: 'body', name: 'api_key' }] })
  const { secret } = world.issue(acme)
  const ask = (body: unknown) => world.detail(data, get({}, { method: 'POST', body }))

  test('takes the field from the text and from the object parsed of it', () => {
    expect(ask({ api_key: secret, a: 1 })).toBe('allowed')
    expect(ask(JSON.stringify({ a: { api_key: 'inner' }, api_key: ` ${secret} ` }))).toBe('allowed')
  })

  test('refuses a field that stands twice, however its name is written', () => {
    expect(ask(`{"api_key":"${secret}","api_key":"${secret}"}`)).toBe('malformed body_field_repeated')
    expect(ask(`{"api_key":"${secret}","\\u0061pi_key":"other"}`)).toBe('malformed body_field_repeated')
    expect(ask(`{"api\\u005fkey":"","x":{"y":["}"]},"api_key":"${secret}"}`)).toBe('malformed body_field_repeated')
    expect(ask(`{"api_key":null,"api_key":"${secret}"}`)).toBe('malformed body_field_repeated')
  })

  test('does not count the same name further inside, in a value, or with other letters', () => {
    expect(ask(`{"api_key":"${secret}","a":{"api_key":"b"},"c":[{"api_key":1}],"d":"\\"api_key\\":","Api_Key":"e"}`)).toBe('allowed')
  })

  test('reads blank, null, absent, and bodies that are no object as missing', () => {
    for (const body of [{ api_key: '' }, { api_key: '  ' }, { api_key: null }, {}, undefined, null, '', '[]', '"x"', 'not json', [secret], 7])
      expect(ask(body)).toBe('missing')
  })

  test('refuses a field that is no text', () => {
    for (const value of [1, true, [secret], { secret }]) expect(ask({ api_key: value })).toBe('malformed body_field_not_text')
  })

  test('calls a secret in a header wrong_carrier', () => {
    expect(world.detail(data, get({ authorization: `Bearer ${secret}` }, { body: {} }))).toBe('wrong_carrier secret_elsewhere')
  })

  test.each(['constructor', '__proto__', 'toString'])('may be called %s: nothing inherited is taken for a field', (name) => {
    const own = smallWorld({}, { carriers: [{ in: 'body', name }] })
    const key = own.world.issue(own.acme)
    const askOwn = (body: unknown) => own.world.detail(own.data, get({}, { body }))
    expect(askOwn({})).toBe('missing')
    expect(askOwn('{}')).toBe('missing')
    expect(askOwn(`{"${name}":"${key.secret}"}`)).toBe('allowed')
    expect(askOwn(`{"${name}":"${key.secret}","${name}":"${key.secret}"}`)).toBe('malformed body_field_repeated')
  })
})

describe('countBodyField', () => {
  test('counts what was written, for any JSON object', () => {
    const name = fc.constantFrom('a', 'b', 'a"b', 'a\\', '__proto__', '{', ',', '')
    const member = fc.tuple(name, fc.jsonValue({ maxDepth: 2 }))
    fc.assert(
      fc.property(fc.array(member, { maxLength: 8 }), name, fc.boolean(), (members, wanted, spaced) => {
        const gap = spaced ? ' \n' : ''
        const text = `${gap}{${gap}${members.map(([key, value]) => `${JSON.stringify(key)}${gap}:${gap}${JSON.stringify(value)}`).join(`${gap},`)}${gap}}`
        expect(readBody(text)).not.toBeNull()
        expect(countBodyField(text, wanted)).toBe(members.filter(([key]) => key === wanted).length)
      }),
    )
  })
})
