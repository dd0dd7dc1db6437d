import { expect, test } from 'vitest'
import { totpAt } from './totp.ts'

test('codes are those of RFC 6238, appendix B', () => {
  const uri = 'otpauth://totp/Example?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&digits=6&period=30'
  expect([59, 1111111109, 1234567890, 2000000000, 20000000000].map((seconds) => totpAt(uri, seconds * 1000))).toEqual([
    '287082',
    '081804',
    '005924',
    '279037',
    '353130',
  ])
})
