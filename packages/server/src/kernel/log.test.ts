import { expect, test } from 'vitest'
import { createLog } from './log.ts'

const SECRET = `plain_${'aB3'.repeat(12)}x9`

function logged(write: (log: ReturnType<typeof createLog>) => void): string {
  let text = ''
  write(createLog('debug', (line) => (text += line)))
  return text
}

test('a secret is in no line, wherever it came from', () => {
  const text = logged((log) => {
    log.info({}, `somebody sent ${SECRET}`)
    log.info({ path: `/v1/keys/${SECRET}` }, 'request')
    log.error({ err: new Error(`bad key ${SECRET}`) }, 'failed')
    log.warn({ deep: { deeper: { deepest: [SECRET] } } }, 'nested')
    log.error({ err: { reason: SECRET } }, 'not an error')
  })
  expect(text.trimEnd().split('\n')).toHaveLength(5)
  expect(text).not.toContain(SECRET)
  expect(text).toContain('plain_[redacted]')
  for (const line of text.trimEnd().split('\n')) expect(() => JSON.parse(line)).not.toThrow()
})

test('fields that are made for secrets are censored, also when they do not look like one', () => {
  const text = logged((log) => log.info({ secret: 'short', request: { authorization: 'Basic eA==', headers: { cookie: 'a=b' }, body: 'x' } }, 'request'))
  for (const value of ['short', 'Basic', 'a=b', '"x"']) expect(text).not.toContain(value)
})
