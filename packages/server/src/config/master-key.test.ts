import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { masterKeyId, obtainMasterKey } from './master-key.ts'

function keyFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'keywright-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, 'master.key')
}

const given = (fill: number) => ({ bytes: new Uint8Array(32).fill(fill), source: 'KEYWRIGHT_MASTER_KEY' })

test('a new database gets a new key, for its owner only, and finds it again', () => {
  const file = keyFile()
  const key = obtainMasterKey({ file, given: null, wantedId: null }, randomBytes)
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(Buffer.from(readFileSync(file, 'utf8'), 'base64')).toEqual(Buffer.from(key.bytes))
  expect(key.id).toMatch(/^[0-9a-f]{16}$/)
  expect(obtainMasterKey({ file, given: null, wantedId: key.id }, randomBytes)).toEqual(key)
  // Interrupted between the key and the database: the key that is there is the key.
  expect(obtainMasterKey({ file, given: null, wantedId: null }, randomBytes)).toEqual(key)
})

test('the name of a key is part of what is promised', () => {
  expect(masterKeyId(new Uint8Array(32).fill(1))).toBe('213da0852c34eeb4')
})

test('a database that knows a key never gets another one', () => {
  const file = keyFile()
  expect(() => obtainMasterKey({ file, given: null, wantedId: 'feedfeedfeedfeed' }, randomBytes)).toThrow(
    expect.objectContaining({
      code: 'invalid_configuration',
      message: expect.stringMatching(/needs the master key feedfeedfeedfeed.*master\.key.*KEYWRIGHT_MASTER_KEY_FILE/),
    }),
  )
  expect(existsSync(file)).toBe(false)
  expect(() => obtainMasterKey({ file, given: given(2), wantedId: 'feedfeedfeedfeed' }, randomBytes)).toThrow(
    new RegExp(`feedfeedfeedfeed.*KEYWRIGHT_MASTER_KEY holds ${masterKeyId(given(2).bytes)}`),
  )
})

test('a wrong key in the environment beside the right file is refused, and says so', () => {
  const file = keyFile()
  const { id } = obtainMasterKey({ file, given: null, wantedId: null }, randomBytes)
  expect(() => obtainMasterKey({ file, given: given(2), wantedId: id }, randomBytes)).toThrow(/The right one lies in .*unset KEYWRIGHT_MASTER_KEY/)
  expect(() => obtainMasterKey({ file, given: given(2), wantedId: null }, randomBytes)).toThrow(/cannot tell which is meant/)
})

test('a key from the environment is used and never written down', () => {
  const file = keyFile()
  const key = obtainMasterKey({ file, given: given(3), wantedId: null }, randomBytes)
  expect(key).toEqual({ id: masterKeyId(given(3).bytes), bytes: given(3).bytes })
  expect(existsSync(file)).toBe(false)
})

test('a key file that others may read is refused', () => {
  const file = keyFile()
  obtainMasterKey({ file, given: null, wantedId: null }, randomBytes)
  for (const mode of [0o640, 0o604, 0o620, 0o700]) {
    chmodSync(file, mode)
    expect(() => obtainMasterKey({ file, given: null, wantedId: null }, randomBytes)).toThrow(/chmod 600/)
  }
  chmodSync(file, 0o400)
  expect(obtainMasterKey({ file, given: null, wantedId: null }, randomBytes).bytes).toHaveLength(32)
})

test('a file that holds anything else is refused without showing it', () => {
  const file = keyFile()
  for (const content of ['', 'do-not-print-me', `${Buffer.alloc(31).toString('base64')}`]) {
    writeFileSync(file, content, { mode: 0o600 })
    expect(() => obtainMasterKey({ file, given: null, wantedId: null }, randomBytes)).toThrow(/does not hold a master key(?!.*do-not-print-me)/)
  }
})
