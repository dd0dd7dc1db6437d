import { RESERVED_ORGANIZATION_ID } from '@keywright/core/id.ts'
import { expect, test } from 'vitest'
import type { Database } from './database.ts'
import {
  countPendingInvitations,
  getInvitation,
  insertInvitationQuery,
  invitationByToken,
  invitationsTo,
  listInvitations,
  pendingInvitation,
  pruneInvitationsQuery,
  statusOf,
  type StoredInvitation,
  updateInvitationQuery,
} from './invitations.ts'
import {
  countMembers,
  deleteMemberQuery,
  getMember,
  insertMemberQuery,
  listMembers,
  memberOf,
  membershipsOf,
  type StoredMember,
  updateRoleQuery,
} from './members.ts'
import { foldEmail, insertPersonQuery, personByEmail, personById } from './people.ts'
import { addOrganization, temporaryDatabase, TEST_NOW } from './testing.ts'

const idOf = (prefix: string, number: number) => `${prefix}_${String(number).padStart(26, '0')}`
const BY = { kind: 'person' as const, id: idOf('per', 1), name: 'Ann' }

async function addPerson(database: Database, number: number, email: string): Promise<string> {
  const id = idOf('per', number)
  const person = { id, email, name: `Person ${number}`, emailVerified: true, secondFactor: false, createdAt: TEST_NOW, updatedAt: TEST_NOW, lastSeenAt: null }
  await database.write((transaction) => transaction.run(insertPersonQuery(database.build, person)))
  return id
}

function member(number: number, organizationId: string, personId: string, role: StoredMember['role']): StoredMember {
  return { id: idOf('mem', number), organizationId, personId, role, invitedBy: BY, createdAt: TEST_NOW + number, updatedAt: TEST_NOW }
}

function invitation(number: number, organizationId: string, email: string, changes: Partial<StoredInvitation> = {}): StoredInvitation {
  return {
    id: idOf('inv', number),
    organizationId,
    email,
    role: 'member',
    status: 'pending',
    tokenDigest: new Uint8Array(32).fill(number),
    invitedBy: BY,
    expiresAt: TEST_NOW + 1000,
    messageId: null,
    sentAt: TEST_NOW,
    sends: 1,
    createdAt: TEST_NOW + number,
    endedAt: null,
    ...changes,
  }
}

test('an address names one person, in whatever case, and a letter that only looks like one names another', async () => {
  const database = await temporaryDatabase()
  const ann = await addPerson(database, 1, 'Ann@Example.com')
  expect((await personByEmail(database.reader, database.build, 'ANN@example.COM'))?.id).toBe(ann)
  expect((await personById(database.reader, database.build, ann))?.email).toBe('ann@example.com')
  await expect(addPerson(database, 2, 'aNN@example.com')).rejects.toThrow(/UNIQUE/)
  expect(foldEmail('\u212A@example.com')).not.toBe('k@example.com')
})

test("a member of one organization is not found in another's, and changes only there", async () => {
  const database = await temporaryDatabase()
  const { reader, build } = database
  const [own, foreign] = [await addOrganization(database, 1), await addOrganization(database, 2)]
  const ann = await addPerson(database, 1, 'ann@example.com')
  const bob = await addPerson(database, 2, 'bob@example.com')
  const [first, second] = [member(1, own, ann, 'owner'), member(2, own, bob, 'member')]
  await database.write((transaction) => transaction.batch([insertMemberQuery(build, first), insertMemberQuery(build, second)]))
  expect(await memberOf(reader, build, own, ann)).toEqual(first)
  expect(await memberOf(reader, build, foreign, ann)).toBeNull()
  expect(await getMember(reader, build, foreign, first.id)).toBeNull()
  expect((await membershipsOf(reader, build, ann)).map(({ organization, role }) => [organization.id, role])).toEqual([[own, 'owner']])
  await database.write((transaction) =>
    transaction.batch([updateRoleQuery(build, foreign, first.id, 'member', TEST_NOW), deleteMemberQuery(build, foreign, second.id)]),
  )
  expect((await listMembers(reader, build, own, { limit: 10 })).items.map(({ role, person }) => [role, person.email])).toEqual([
    ['owner', 'ann@example.com'],
    ['member', 'bob@example.com'],
  ])
  expect(await countMembers(reader, build, own, 'owner')).toBe(1)
  await expect(database.write((transaction) => transaction.run(insertMemberQuery(build, member(3, own, ann, 'member'))))).rejects.toThrow(/UNIQUE/)
})

test('lists members page by page, nobody twice', async () => {
  const database = await temporaryDatabase()
  const { reader, build } = database
  const organization = await addOrganization(database, 1)
  for (let number = 1; number <= 5; number++) {
    const person = await addPerson(database, number, `p${number}@example.com`)
    await database.write((transaction) => transaction.run(insertMemberQuery(build, member(number, organization, person, 'member'))))
  }
  const seen: string[] = []
  let cursor
  do {
    const page: Awaited<ReturnType<typeof listMembers>> = await listMembers(reader, build, organization, { limit: 2, cursor })
    seen.push(...page.items.map((item) => item.person.email))
    cursor = page.next ?? undefined
  } while (cursor)
  expect(seen).toEqual([1, 2, 3, 4, 5].map((number) => `p${number}@example.com`))
})

test('the role of operators exists among the operators alone', async () => {
  const database = await temporaryDatabase()
  const { build } = database
  const organization = await addOrganization(database, 1)
  const ann = await addPerson(database, 1, 'ann@example.com')
  await expect(database.write((transaction) => transaction.run(insertMemberQuery(build, member(1, organization, ann, 'operator'))))).rejects.toThrow(/CHECK/)
  await expect(database.write((transaction) => transaction.run(insertMemberQuery(build, member(1, RESERVED_ORGANIZATION_ID, ann, 'owner'))))).rejects.toThrow(
    /CHECK/,
  )
})

test('one invitation waits for an address in an organization, and what has ended has no token', async () => {
  const database = await temporaryDatabase()
  const { reader, build } = database
  const [own, foreign] = [await addOrganization(database, 1), await addOrganization(database, 2)]
  const insert = (row: StoredInvitation) => database.write((transaction) => transaction.run(insertInvitationQuery(build, row)))
  const first = invitation(1, own, 'Cleo@Example.com')
  await insert(first)
  await insert(invitation(2, foreign, 'cleo@example.com'))
  await expect(insert(invitation(3, own, 'cleo@example.com'))).rejects.toThrow(/UNIQUE/)
  expect((await pendingInvitation(reader, build, own, 'CLEO@example.com'))?.id).toBe(first.id)
  expect(await getInvitation(reader, build, foreign, first.id)).toBeNull()
  expect((await invitationByToken(reader, build, new Uint8Array(32).fill(1)))?.organization.slug).toBe('org-1')
  expect((await invitationsTo(reader, build, 'cleo@example.com', TEST_NOW)).map((item) => item.organization.slug)).toEqual(['org-2', 'org-1'])
  expect(await invitationsTo(reader, build, 'cleo@example.com', TEST_NOW + 1000)).toEqual([])
  expect(statusOf(first, TEST_NOW + 999)).toBe('pending')
  expect(statusOf(first, TEST_NOW + 1000)).toBe('expired')
  expect(await countPendingInvitations(reader, build, own, TEST_NOW + 999)).toBe(1)
  expect(await countPendingInvitations(reader, build, own, TEST_NOW + 1000)).toBe(0)
  expect((await listInvitations(reader, build, own, { status: 'expired', now: TEST_NOW + 1000, limit: 5 })).items).toHaveLength(1)
  const ended = { ...first, status: 'withdrawn' as const, endedAt: TEST_NOW }
  await expect(database.write((transaction) => transaction.run(updateInvitationQuery(build, ended)))).rejects.toThrow(/CHECK/)
  await database.write((transaction) => transaction.run(updateInvitationQuery(build, { ...ended, tokenDigest: null })))
  expect(await invitationByToken(reader, build, new Uint8Array(32).fill(1))).toBeNull()
  await insert(invitation(4, own, 'cleo@example.com'))
})

test('forgets invitations that ended or expired long ago, and keeps those that wait', async () => {
  const database = await temporaryDatabase()
  const { reader, build } = database
  const organization = await addOrganization(database, 1)
  for (const row of [
    invitation(1, organization, 'a@example.com', { status: 'withdrawn', tokenDigest: null, endedAt: TEST_NOW }),
    invitation(2, organization, 'b@example.com', { status: 'accepted', tokenDigest: null, endedAt: TEST_NOW + 20 }),
    invitation(3, organization, 'c@example.com', { expiresAt: TEST_NOW + 5 }),
    invitation(4, organization, 'd@example.com', { expiresAt: TEST_NOW + 1000 }),
  ]) {
    await database.write((transaction) => transaction.run(insertInvitationQuery(build, row)))
  }
  await database.write((transaction) => transaction.run(pruneInvitationsQuery(build, TEST_NOW + 10)))
  expect((await listInvitations(reader, build, organization, { now: TEST_NOW, limit: 10 })).items.map((row) => row.email)).toEqual([
    'd@example.com',
    'b@example.com',
  ])
})
