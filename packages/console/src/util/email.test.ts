import { expect, test } from 'vitest'
import { addressesIn, isEmail, wrongAddresses } from './email.ts'

test('addresses are read however they are separated, and those that can be none are named', () => {
  expect(addressesIn(' ops@example.com, a@b\n\nops@example.com;c@d ')).toEqual(['ops@example.com', 'a@b', 'c@d'])
  expect(wrongAddresses('ops@example.com nobody @x a@b@c')).toEqual(['nobody', '@x', 'a@b@c'])
  expect(isEmail(' ops@example.com ')).toBe(true)
})
