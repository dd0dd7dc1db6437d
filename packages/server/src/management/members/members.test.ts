import type { ProblemCode } from '@keywright/core/problem-code.ts'
import { expect, test } from 'vitest'
import { countMembers, memberOf } from '../../store/members.ts'
import { peopleWorld } from '../invitations/testing.ts'
import { boundToPerson } from '../credentials/bound-to-person.ts'
import { issueOrganizationKey } from '../credentials/own-keys.ts'
import type { Caller } from '../services.ts'
import { changeRole } from './change-role.ts'
import { removeMember } from './remove-member.ts'

async function refused(code: ProblemCode, work: Promise<unknown>): Promise<void> {
  await expect(work).rejects.toMatchObject({ code })
}

const ROLES = ['owner', 'administrator', 'supervisor', 'auditor', 'member'] as const
/** Whom each role may change and remove, and what it may make of them, written out by hand. */
const HANDLES: Record<string, readonly string[]> = {
  owner: ROLES,
  administrator: ['administrator', 'supervisor', 'auditor', 'member'],
  supervisor: ['supervisor', 'member'],
}

test.each(['owner', 'administrator', 'supervisor'] as const)('the role %s changes and removes only whom it covers', async (role) => {
  const { services, organization, member } = await peopleWorld()
  const acme = await organization(1)
  await member(acme, 'owner', 'first@acme.example')
  const caller = await member(acme, role, 'caller@acme.example')
  for (const from of ROLES) {
    for (const to of ROLES) {
      const victim = await member(acme, from, `${from}-${to}@acme.example`)
      const work = changeRole(services, caller, acme, victim.memberId, to)
      if (HANDLES[role]?.includes(from) && HANDLES[role]?.includes(to)) expect((await work).role).toBe(to)
      else await refused('forbidden', work)
    }
    const victim = await member(acme, from, `removed-${from}@acme.example`)
    const removing = removeMember(services, caller, { organizationId: acme, memberId: victim.memberId })
    if (HANDLES[role]?.includes(from)) await removing
    else await refused('forbidden', removing)
  }
})

test.each(['auditor', 'member'] as const)('the role %s removes nobody but itself', async (role) => {
  const { services, organization, member, actions } = await peopleWorld()
  const acme = await organization(1)
  const caller = await member(acme, role, 'caller@acme.example')
  const other = await member(acme, 'member', 'other@acme.example')
  await refused('forbidden', removeMember(services, caller, { organizationId: acme, memberId: other.memberId }))
  await removeMember(services, caller, { organizationId: acme, memberId: caller.memberId })
  expect((await actions()).at(-1)).toBe('member.left')
})

test('a member of another organization does not exist', async () => {
  const { services, organization, member } = await peopleWorld()
  const [acme, globex] = [await organization(1), await organization(2)]
  const owner = await member(acme, 'owner', 'owner@acme.example')
  const stranger = await member(globex, 'member', 'm@globex.example')
  await refused('not_found', changeRole(services, owner, acme, stranger.memberId, 'owner'))
  await refused('not_found', removeMember(services, owner, { organizationId: acme, memberId: stranger.memberId }))
  await refused('forbidden', removeMember(services, owner, { organizationId: globex, memberId: stranger.memberId }))
})

test('the last owner stays, also when the last two go at once', async () => {
  const { services, database, organization, member } = await peopleWorld()
  const acme = await organization(1)
  const [ann, bob] = [await member(acme, 'owner', 'ann@acme.example'), await member(acme, 'owner', 'bob@acme.example')]
  const demotions = await Promise.allSettled([changeRole(services, ann, acme, bob.memberId, 'member'), changeRole(services, bob, acme, ann.memberId, 'member')])
  expect(demotions.map((each) => each.status).toSorted()).toEqual(['fulfilled', 'rejected'])
  expect(await countMembers(database.reader, database.build, acme, 'owner')).toBe(1)
  const left = (await memberOf(database.reader, database.build, acme, ann.actor.id))?.role === 'owner' ? ann : bob
  await refused('last_owner', removeMember(services, left, { organizationId: acme, memberId: left.memberId }))
  await refused('last_owner', changeRole(services, left, acme, left.memberId, 'administrator'))
})

test('a demotion and a removal reach the management keys of a person, and the keys that those issued', async () => {
  const { services, database, organization, member } = await peopleWorld()
  const acme = await organization(1)
  const owner = await member(acme, 'owner', 'owner@acme.example')
  const admin = await member(acme, 'administrator', 'admin@acme.example')
  const input = { name: 'backend', role: 'administrator' as const, capabilities: ['credentials:manage' as const], addresses: 'any' as const, expiresAt: null }
  const first = await issueOrganizationKey(services, admin, acme, input)
  const asKey = ({ key }: typeof first): Caller => ({
    actor: { kind: 'management-key', id: key.id, name: key.name },
    role: key.grant?.role ?? 'member',
    capabilities: new Set(input.capabilities),
    organizationId: acme,
    requestId: null,
    ...(key.grant?.actsFor === undefined ? {} : { actsFor: key.grant.actsFor }),
  })
  const second = await issueOrganizationKey(services, asKey(first), acme, { ...input, name: 'copy' })
  const roles = async () => Promise.all([first, second].map(async (key) => (await boundToPerson(database, asKey(key))).role))
  expect(await roles()).toEqual(['administrator', 'administrator'])
  await changeRole(services, owner, acme, admin.memberId, 'auditor')
  expect(await roles()).toEqual(['auditor', 'auditor'])
  await changeRole(services, owner, acme, admin.memberId, 'owner')
  expect(await roles()).toEqual(['administrator', 'administrator'])
  const { keysForReview } = await removeMember(services, owner, { organizationId: acme, memberId: admin.memberId })
  expect(keysForReview.map((key) => [key.id, key.type])).toEqual([[first.key.id, 'kw-management']])
  await refused('forbidden', roles())
})

test('whoever is a member nowhere any more is signed out, whoever is one elsewhere is not', async () => {
  const { services, database, organization, member } = await peopleWorld()
  const [acme, globex] = [await organization(1), await organization(2)]
  const owner = await member(acme, 'owner', 'owner@acme.example')
  const ann = await member(acme, 'member', 'ann@acme.example')
  const { build } = database
  const session = (id: string, personId: string) =>
    build
      .insertInto('auth_sessions')
      .values({
        id,
        token_digest: id,
        person_id: personId,
        method: 'password',
        expires_at: 9e15,
        used_at: 0,
        proven_at: null,
        address: '',
        client: '',
        created_at: 0,
        updated_at: 0,
      })
      .compile()
  await database.write(async (transaction) => transaction.run(session('ses_1', ann.actor.id)))
  const membership = {
    id: 'mem_00000000000000000000000002',
    organization_id: globex,
    person_id: ann.actor.id,
    role: 'member' as const,
    invited_by: null,
    created_at: 0,
    updated_at: 0,
  }
  await database.write((transaction) => transaction.run(build.insertInto('organization_members').values(membership).compile()))
  const sessions = async () => (await database.reader.all(build.selectFrom('auth_sessions').select('id').compile())).length
  await removeMember(services, owner, { organizationId: acme, memberId: ann.memberId })
  expect(await sessions()).toBe(1)
  const second = await member(globex, 'owner', 'owner@globex.example')
  await removeMember(services, second, { organizationId: globex, memberId: 'mem_00000000000000000000000002' })
  expect(await sessions()).toBe(0)
})
