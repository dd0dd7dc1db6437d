import { expect, test } from 'vitest'
import { AppError } from '@keywright/core/problem-code.ts'
import { KeywrightError } from '@keywright/sdk/client/keywright-error.ts'
import { Declined, Interrupted, UsageError, type Io } from './io.ts'
import { report } from './report.ts'

function reported(error: unknown, json = false): { code: number; text: string } {
  let text = ''
  const io = { stderr: { write: (piece: string) => (text += piece) } } as unknown as Io
  return { code: report(io, error, json), text }
}

test.each([
  [new KeywrightError({ code: 'not_found', detail: 'No.', status: 404 }), 1],
  [new KeywrightError({ code: 'unreachable', detail: 'No.' }), 3],
  [new KeywrightError({ code: 'timed_out', detail: 'No.' }), 3],
  [new KeywrightError({ code: 'insecure_url', detail: 'No.' }), 2],
  [new UsageError('No.'), 2],
  [new AppError('already_bootstrapped', 'No.'), 1],
  [new Declined('No.'), 1],
  [new Error('No.'), 1],
])('%s ends in its exit code', (error, code) => {
  expect(reported(error).code).toBe(code)
})

test('Ctrl-C at a question says nothing and ends in 130', () => {
  expect(reported(new Interrupted('Interrupted.'))).toEqual({ code: 130, text: '' })
})

test('a use case that refuses on the host is printed like an answer of the server', () => {
  const error = new AppError('invalid_configuration', 'Two mistakes.', {
    errors: [{ path: 'keyTypes[0].prefix', code: 'x', message: 'Taken.' }],
    extra: { max: 2 },
  })
  expect(reported(error).text).toBe('error: Two mistakes. (invalid_configuration)\n  keyTypes[0].prefix: Taken.\n')
  expect(JSON.parse(reported(error, true).text)).toMatchObject({ error: { code: 'invalid_configuration', max: 2 } })
})

test('a bug never shows its stack', () => {
  expect(reported(new TypeError('x is not a function')).text).toBe('error: x is not a function\n')
})

test('what an answer says cannot command the terminal', () => {
  expect(reported(new KeywrightError({ code: 'not_found', detail: '\u001b[2Jgone' })).text).not.toContain('\u001b')
})
