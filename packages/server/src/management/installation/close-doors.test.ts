import { RESERVED_ORGANIZATION_ID } from '@keywright/core/id.ts'
import { expect, test } from 'vitest'
import { listInvitations } from '../../store/invitations.ts'
import { listMembers } from '../../store/members.ts'
import { requireReservedOrganization } from '../credentials/own-keys.ts'
import { invite } from '../invitations/invite.ts'
import { peopleWorld } from '../invitations/testing.ts'
import { commit } from '../unit.ts'
import { closeDoors, membersOf } from './close-doors.ts'

const HOST = {
  actor: { kind: 'host', id: 'restore', name: null },
  role: 'operator',
  capabilities: new Set<never>(),
  organizationId: null,
  requestId: null,
} as const

test('a backup brings nobody back who was removed, gives nobody a role that was taken, and no link works', async () => {
  const { services, settings, database, organization, member } = await peopleWorld()
  const { reader, build } = database
  const acme = await organization(1)
  await commit(services, HOST, (unit) => requireReservedOrganization(unit))
  const owner = await member(acme, 'owner', 'owner@acme.example')
  const removed = await member(acme, 'administrator', 'removed@acme.example')
  const demoted = await member(acme, 'administrator', 'demoted@acme.example')
  const promoted = await member(acme, 'member', 'promoted@acme.example')
  const operator = await member(RESERVED_ORGANIZATION_ID, 'operator', 'ops@example.com')
  const gone = await member(RESERVED_ORGANIZATION_ID, 'operator', 'gone@example.com')
  await invite(services, settings, owner, acme, { email: 'waiting@example.com', role: 'member' })
  const before = await membersOf(reader)
  before.delete(`${acme}/${removed.actor.id}`)
  before.set(`${acme}/${demoted.actor.id}`, 'auditor')
  before.set(`${acme}/${promoted.actor.id}`, 'owner')
  before.delete(`${RESERVED_ORGANIZATION_ID}/${gone.actor.id}`)
  const closed = await commit(services, HOST, (unit) => closeDoors(unit, before))
  expect(closed).toMatchObject({ invitations: 1, removed: [removed.memberId, gone.memberId].toSorted(), narrowed: [demoted.memberId], known: true })
  const roles = (await listMembers(reader, build, acme, { limit: 10 })).items.map(({ id, role }) => [id, role])
  expect(new Map(roles as [string, string][])).toEqual(
    new Map([
      [owner.memberId, 'owner'],
      [demoted.memberId, 'auditor'],
      [promoted.memberId, 'member'],
    ]),
  )
  expect((await listMembers(reader, build, RESERVED_ORGANIZATION_ID, { limit: 10 })).items.map(({ id }) => id)).toEqual([operator.memberId])
  expect((await listInvitations(reader, build, acme, { now: 0, limit: 10 })).items.map(({ status, tokenDigest }) => [status, tokenDigest])).toEqual([
    ['withdrawn', null],
  ])
})

test('the operators of the backup stay where otherwise none would be left', async () => {
  const { services, database, member } = await peopleWorld()
  await commit(services, HOST, (unit) => requireReservedOrganization(unit))
  const operator = await member(RESERVED_ORGANIZATION_ID, 'operator', 'ops@example.com')
  expect((await commit(services, HOST, (unit) => closeDoors(unit, new Map()))).removed).toEqual([])
  expect((await listMembers(database.reader, database.build, RESERVED_ORGANIZATION_ID, { limit: 10 })).items.map(({ id }) => id)).toEqual([operator.memberId])
})
