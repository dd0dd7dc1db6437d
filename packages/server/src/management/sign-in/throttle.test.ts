import { expect, test } from 'vitest'
import type { AppError } from '@keywright/core/problem-code.ts'
import { type Guarded, Throttle } from './throttle.ts'

const NOW = Date.UTC(2026, 0, 1)
const MINUTE = 60_000
const from = (address: string | null) => ({ address, client: null, requestId: 'req' })

/** How many wrong attempts in a row are let through. */
function letThrough(
  throttle: Throttle,
  most: number,
  attempt: (index: number) => { what?: Guarded; account: string; address: string | null; now?: number },
): number {
  for (let index = 0; index < most; index++) {
    const { what = 'password', account, address, now = NOW } = attempt(index)
    try {
      throttle.begin(what, account, from(address), now)
    } catch (error) {
      expect((error as AppError).code).toBe('too_many_attempts')
      return index
    }
  }
  return most
}

test('one address guesses ten passwords of one account in a quarter of an hour, and is told when it may go on', () => {
  const throttle = new Throttle()
  expect(letThrough(throttle, 20, () => ({ account: 'ann@example.com', address: '192.0.2.1' }))).toBe(10)
  try {
    throttle.begin('password', 'ann@example.com', from('192.0.2.1'), NOW + 5 * MINUTE)
    expect.unreachable()
  } catch (error) {
    expect((error as AppError).extra).toEqual({ retryAfterSeconds: 600 })
    expect((error as AppError).message).toContain('10 minutes')
  }
  throttle.begin('password', 'ann@example.com', from('192.0.2.1'), NOW + 15 * MINUTE)
})

test('others are let in meanwhile: the account from another address, another account from the address', () => {
  const throttle = new Throttle()
  letThrough(throttle, 20, () => ({ account: 'ann@example.com', address: '192.0.2.1' }))
  throttle.begin('password', 'ann@example.com', from('192.0.2.2'), NOW)
  throttle.begin('password', 'bob@example.com', from('192.0.2.1'), NOW)
  throttle.begin('link', 'ann@example.com', from('192.0.2.1'), NOW)
})

test('many addresses together guess a hundred passwords of an account in an hour, and one address two hundred of all accounts', () => {
  expect(letThrough(new Throttle(), 500, (index) => ({ account: 'ann@example.com', address: `192.0.2.${index % 250}` }))).toBe(100)
  expect(letThrough(new Throttle(), 500, (index) => ({ account: `p${index}@example.com`, address: '192.0.2.1' }))).toBe(200)
})

test('a network of IPv6 is one address, however it is written', () => {
  const forms = ['2001:db8:1:2::', '2001:db8:1:2::1', '2001:db8:1:2:3:4:5:6', '2001:db8:1:2:ffff::9']
  expect(letThrough(new Throttle(), 50, (index) => ({ account: 'ann@example.com', address: forms[index % forms.length] as string }))).toBe(10)
  const throttle = new Throttle()
  letThrough(throttle, 20, () => ({ account: 'ann@example.com', address: '2001:db8:1:2::1' }))
  throttle.begin('password', 'ann@example.com', from('2001:db8:1:3::1'), NOW)
})

test('clients whose address nobody knows are counted as one', () => {
  expect(letThrough(new Throttle(), 50, () => ({ account: 'ann@example.com', address: null }))).toBe(10)
})

test('the six digits of a code are tried five times', () => {
  expect(letThrough(new Throttle(), 50, () => ({ what: 'second-factor', account: 'per_1', address: '192.0.2.1' }))).toBe(5)
  expect(letThrough(new Throttle(), 50, (index) => ({ what: 'second-factor', account: 'per_1', address: `192.0.2.${index}` }))).toBe(10)
})

test('what was right does not count, and only the first wrong one is told', () => {
  const throttle = new Throttle()
  for (let index = 0; index < 1000; index++) throttle.begin('password', 'ann@example.com', from('192.0.2.1'), NOW).passed()
  expect([1, 2, 3].map(() => throttle.begin('password', 'ann@example.com', from('192.0.2.1'), NOW).first)).toEqual([true, false, false])
})

test('attempts at once are all counted before any of them is looked at', () => {
  const throttle = new Throttle()
  const begun = Array.from({ length: 10 }, () => throttle.begin('password', 'ann@example.com', from('192.0.2.1'), NOW))
  expect(() => throttle.begin('password', 'ann@example.com', from('192.0.2.1'), NOW)).toThrow(/too many attempts/)
  begun[0]?.passed()
  throttle.begin('password', 'ann@example.com', from('192.0.2.1'), NOW)
})

test('a clock that is set back locks nobody out', () => {
  const throttle = new Throttle()
  letThrough(throttle, 20, () => ({ account: 'ann@example.com', address: '192.0.2.1' }))
  throttle.begin('password', 'ann@example.com', from('192.0.2.1'), NOW - 3_600_000)
})

test('its memory is bounded, and whoever is guessing just now is not what is forgotten', () => {
  const throttle = new Throttle(30)
  letThrough(throttle, 9, () => ({ account: 'ann@example.com', address: '192.0.2.1' }))
  for (let index = 0; index < 1000; index++) {
    throttle.begin('password', `p${index}@example.com`, from(`198.51.100.${index % 250}`), NOW)
    if (index % 5 === 0) {
      try {
        throttle.begin('password', 'ann@example.com', from('192.0.2.1'), NOW)
      } catch (error) {
        expect((error as AppError).code).toBe('too_many_attempts')
      }
    }
  }
  expect(() => throttle.begin('password', 'ann@example.com', from('192.0.2.1'), NOW)).toThrow(/too many attempts/)
})
