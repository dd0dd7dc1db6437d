import { CompiledQuery } from 'kysely'
import { expect, test } from 'vitest'
import { makeId } from '@keywright/core/id.ts'
import { testClock } from '../../kernel/clock.ts'
import { systemRandom } from '../../kernel/random.ts'
import { insertPersonQuery } from '../../store/people.ts'
import { TEST_NOW, temporaryDatabase } from '../../store/testing.ts'
import { openIdentity } from './better-auth.ts'

async function world() {
  const database = await temporaryDatabase()
  const identity = await openIdentity({ database, clock: testClock(TEST_NOW), random: systemRandom })
  const person = {
    id: makeId('person', TEST_NOW, systemRandom(10)),
    email: 'ada@example.com',
    name: 'Ada',
    emailVerified: true,
    secondFactor: false,
    createdAt: TEST_NOW,
    updatedAt: TEST_NOW,
    lastSeenAt: null,
  }
  await database.write(async (transaction) => transaction.run(insertPersonQuery(database.build, person)))
  const all = (sql: string) => database.reader.all(CompiledQuery.raw(sql)) as Promise<Record<string, unknown>[]>
  return { database, identity, person, all }
}

const session = { method: 'password' as const, provenAt: null, address: '203.0.113.9', client: 'Browser' }

test('a session is found by its token, which is stored as a digest alone, and not after it has ended', async () => {
  const { database, identity, person, all } = await world()
  const token = 'Zq8LmT4vRw2XcY7bNp5KdJ3hGf9SaE6u'
  const id = await database.write((transaction) => identity.within(transaction).startSession({ ...session, personId: person.id, token }, TEST_NOW))
  expect(await identity.findSession(token)).toEqual({
    id,
    method: 'password',
    createdAt: TEST_NOW,
    usedAt: TEST_NOW,
    expiresAt: TEST_NOW + 14 * 86_400_000,
    provenAt: null,
    person: { id: person.id, email: 'ada@example.com', name: 'Ada', secondFactor: false },
  })
  const rows = await all('SELECT * FROM auth_sessions')
  expect(rows).toHaveLength(1)
  expect(JSON.stringify(rows)).not.toContain(token)
  // Whoever read the database has the digest, and that opens nothing.
  expect(await identity.findSession(rows[0]?.['token_digest'] as string)).toBeNull()
  await database.write((transaction) => identity.within(transaction).endSession(token))
  expect(await identity.findSession(token)).toBeNull()
})

test('a password is stored as a scrypt hash, and only the right one passes', async () => {
  const { database, identity, person, all } = await world()
  const hash = await identity.hashPassword('correct horse battery')
  await database.write((transaction) => identity.within(transaction).putPassword(person.id, hash, TEST_NOW))
  const stored = await database.write((transaction) => identity.within(transaction).passwordHash(person.id))
  expect(stored).toBe(hash)
  expect(await identity.checkPassword(stored, 'correct horse battery')).toBe(true)
  expect(await identity.checkPassword(stored, 'correct horse batterz')).toBe(false)
  expect(await identity.checkPassword(null, 'correct horse battery')).toBe(false)
  expect(JSON.stringify(await all('SELECT * FROM auth_accounts'))).not.toContain('correct horse')
  const next = await identity.hashPassword('another horse battery')
  await database.write((transaction) => identity.within(transaction).putPassword(person.id, next, TEST_NOW))
  expect(await all('SELECT id FROM auth_accounts')).toHaveLength(1)
})

test('what is asked for once is given once, and not when it is too old', async () => {
  const { database, identity } = await world()
  const within = <Value>(work: (store: ReturnType<typeof identity.within>) => Promise<Value>) =>
    database.write((transaction) => work(identity.within(transaction)))
  await within((store) => store.remember('link:1', 'per_1', TEST_NOW + 1000, TEST_NOW))
  expect(await within((store) => store.take('link:1', TEST_NOW + 999))).toBe('per_1')
  expect(await within((store) => store.take('link:1', TEST_NOW + 999))).toBeNull()
  await within((store) => store.remember('link:2', 'per_1', TEST_NOW + 1000, TEST_NOW))
  expect(await within((store) => store.take('link:2', TEST_NOW + 1000))).toBeNull()
})

test('two who take the same at once: one gets it', async () => {
  const { database, identity } = await world()
  await database.write((transaction) => identity.within(transaction).remember('link', 'x', TEST_NOW + 1000, TEST_NOW))
  const taken = await Promise.all([1, 2, 3].map(() => database.write((transaction) => identity.within(transaction).take('link', TEST_NOW))))
  expect(taken.filter((value) => value !== null)).toEqual(['x'])
})

test('a subject of single sign-on belongs to one person', async () => {
  const { database, identity, person } = await world()
  await database.write((transaction) => identity.within(transaction).linkSubject(person.id, 'sub-1', TEST_NOW))
  expect(await database.write((transaction) => identity.within(transaction).personOfSubject('sub-1'))).toBe(person.id)
  expect(await database.write((transaction) => identity.within(transaction).personOfSubject('sub-2'))).toBeNull()
  await expect(database.write((transaction) => identity.within(transaction).linkSubject(person.id, 'sub-1', TEST_NOW))).rejects.toThrow(/UNIQUE/)
})

test('what a unit stores is undone with it', async () => {
  const { database, identity, person, all } = await world()
  const broken = database.write(async (transaction) => {
    await identity.within(transaction).startSession({ ...session, personId: person.id, token: 'x'.repeat(32) }, TEST_NOW)
    throw new Error('no')
  })
  await expect(broken).rejects.toThrow('no')
  expect(await all('SELECT * FROM auth_sessions')).toEqual([])
})
