import { describe, expect, test } from 'vitest'
import { makeBackupCodes, useBackupCode } from './backup-codes.ts'
import { stepOfCode, totpUri } from './totp.ts'

/** RFC 6238, appendix B: its seed, instants in seconds, and the last six of its eight digits. */
const SEED = '12345678901234567890'
const VECTORS = [
  [59, '287082'],
  [1_111_111_109, '081804'],
  [1_111_111_111, '050471'],
  [1_234_567_890, '005924'],
  [2_000_000_000, '279037'],
  [20_000_000_000, '353130'],
] as const

describe('codes of an authenticator', () => {
  test.each(VECTORS)('at second %i of the standard the code is %s, and it counts one step around', async (seconds, code) => {
    const step = Math.floor(seconds / 30)
    for (const [shift, expected] of [
      [-2, null],
      [-1, step],
      [0, step],
      [1, step],
      [2, null],
    ] as const)
      expect(await stepOfCode(SEED, code, (seconds + shift * 30) * 1000, 0), `${shift}`).toBe(expected)
  })

  test('a code that was taken is not taken again, nor is one from before it', async () => {
    const [seconds, code] = VECTORS[3]
    const step = Math.floor(seconds / 30)
    expect(await stepOfCode(SEED, code, seconds * 1000, step - 1)).toBe(step)
    for (const taken of [step, step + 1]) expect(await stepOfCode(SEED, code, seconds * 1000, taken)).toBeNull()
  })

  test('what is no six digits is no code', async () => {
    for (const code of ['', '00592', '0059240', ' 005924', '005924\n', '٠٠٥٩٢٤', '0x1724'])
      expect(await stepOfCode(SEED, code, 1_234_567_890_000, 0)).toBeNull()
  })

  test('the address for the authenticator names Keywright and the person, and holds the seed in base32', () => {
    expect(totpUri(SEED, 'ada+x@example.com')).toMatch(
      /^otpauth:\/\/totp\/Keywright:ada%2Bx%40example\.com\?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Keywright/,
    )
  })
})

describe('backup codes', () => {
  test('there are ten, they differ, and each is used up alone', () => {
    let seed = 0
    const codes = makeBackupCodes((count) => new Uint8Array(count).map(() => (seed = (seed * 73 + 41) % 251)))
    expect(codes).toHaveLength(10)
    expect(new Set(codes).size).toBe(10)
    for (const code of codes) expect(code).toMatch(/^[0-9a-hjkmnp-tv-z]{5}-[0-9a-hjkmnp-tv-z]{5}$/)
    const left = useBackupCode(codes, ` ${codes[3]?.toUpperCase().replace('-', ' ')} `)
    expect(left).toEqual(codes.toSpliced(3, 1))
    expect(useBackupCode(left as string[], codes[3] as string)).toBeNull()
    for (const wrong of ['', '-', codes[0]?.slice(0, -1) as string, `${codes[0]}0`]) expect(useBackupCode(codes, wrong)).toBeNull()
  })
})
