import { expect, test } from 'vitest'
import { fileProblemOf, plainText, problemOf } from './problems.ts'

test('what others say is one line in a log, not long, and never the key that they repeat', () => {
  const key = `kw_verify_${'k'.repeat(40)}`
  expect(plainText(`no\r\n\u001b[31m2026 ERROR forged\u2028 ${key}`, key)).toBe('no [31m2026 ERROR forged  [redacted]')
  expect(plainText('x'.repeat(10_000), key)).toHaveLength(503)
})

test('why a file cannot be written is said in words, with the code for whoever looks it up', () => {
  const coded = (code: string) => Object.assign(new Error(`${code}: something, open '/path'`), { code })
  expect(fileProblemOf(coded('ENOSPC'))).toBe('there is no room on the disk (ENOSPC)')
  expect(fileProblemOf(coded('EACCES'))).toBe('this process may not do that there (EACCES)')
  expect(fileProblemOf(coded('EROFS'))).toBe('nothing can be written there (EROFS)')
  expect(fileProblemOf(coded('EMFILE'))).toBe("EMFILE: something, open '/path' (EMFILE)")
})

test('why there is no connection is said with the address that was tried', () => {
  const error = Object.assign(new Error(''), { code: 'ECONNREFUSED' })
  expect(problemOf(new URL('https://keys.example.com/v1/replica'), error)).toBe(
    'https://keys.example.com cannot be reached: nothing listens there (ECONNREFUSED)',
  )
})
