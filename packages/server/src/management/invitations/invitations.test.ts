import { RESERVED_ORGANIZATION_ID } from '@keywright/core/id.ts'
import type { ProblemCode } from '@keywright/core/problem-code.ts'
import { expect, test } from 'vitest'
import { getInvitation, pendingInvitation, statusOf } from '../../store/invitations.ts'
import { memberOf } from '../../store/members.ts'
import { getMessage } from '../../store/outbox.ts'
import { changeRole } from '../members/change-role.ts'
import { removeMember } from '../members/remove-member.ts'
import { commit } from '../unit.ts'
import { requireReservedOrganization } from '../credentials/own-keys.ts'
import type { Caller } from '../services.ts'
import { acceptInvitation } from './accept-invitation.ts'
import { declineInvitation } from './decline-invitation.ts'
import { invite as inviteTo, MOST_PENDING } from './invite.ts'
import { lookUpInvitation } from './look-up-invitation.ts'
import { readInvitationsToMe } from './read-invitations-to-me.ts'
import { MOST_LINKS } from './renew-link.ts'
import { resendInvitation } from './resend-invitation.ts'
import { peopleWorld } from './testing.ts'
import { withdrawInvitation } from './withdraw-invitation.ts'

const DAY = 86_400_000

async function world() {
  const base = await peopleWorld()
  const acme = await base.organization(1)
  const owner = await base.member(acme, 'owner', 'owner@acme.example')
  const { services, settings } = base
  return {
    ...base,
    acme,
    owner,
    invite: (caller: Caller, email: string, role: 'owner' | 'administrator' | 'supervisor' | 'auditor' | 'member' = 'member') =>
      inviteTo(services, settings, caller, acme, { email, role }),
    accept: (caller: Caller, token: string) => acceptInvitation(services, caller, { token }),
  }
}

async function refused(code: ProblemCode, work: Promise<unknown>): Promise<void> {
  await expect(work).rejects.toMatchObject({ code })
}

test('whoever is invited becomes a member with the role, once, and the mail carries the only copy of the link', async () => {
  const { services, database, acme, owner, invite, accept, person, tokenOf, actions } = await world()
  const invitation = await invite(owner, 'Cleo@Example.com', 'administrator')
  const token = await tokenOf(invitation.messageId)
  const message = await getMessage(database.reader, database.build, invitation.messageId ?? '')
  expect(JSON.stringify(message)).not.toContain(token)
  expect(JSON.stringify(await database.reader.all(database.build.selectFrom('invitations').selectAll().compile()))).not.toContain(token)
  const cleo = await person('cleo@example.com')
  expect(await lookUpInvitation(services, token)).toMatchObject({ registered: true, invitation: { role: 'administrator', organization: { slug: 'org-1' } } })
  await accept(cleo, token)
  expect(await memberOf(database.reader, database.build, acme, cleo.actor.id)).toMatchObject({ role: 'administrator', invitedBy: owner.actor })
  await refused('link_unusable', accept(cleo, token))
  await refused('link_unusable', lookUpInvitation(services, token))
  expect(await actions()).toEqual(['member.invited', 'invitation.accepted'])
})

test('two acceptances of one link at once make one member', async () => {
  const { owner, invite, accept, person, tokenOf } = await world()
  const token = await tokenOf((await invite(owner, 'cleo@example.com')).messageId)
  const cleo = await person('cleo@example.com')
  const both = await Promise.allSettled([accept(cleo, token), accept(cleo, token)])
  expect(both.map((each) => each.status).toSorted()).toEqual(['fulfilled', 'rejected'])
})

test('an invitation is for the verified address that it was sent to, and for no other', async () => {
  const { services, owner, invite, accept, person, tokenOf } = await world()
  const invitation = await invite(owner, 'cleo@example.com')
  const token = await tokenOf(invitation.messageId)
  const thief = await person('thief@example.com')
  await refused('wrong_address', accept(thief, token))
  await refused('not_found', acceptInvitation(services, thief, { id: invitation.id }))
  await refused('not_found', declineInvitation(services, thief, invitation.id))
  expect(await readInvitationsToMe(services, thief)).toEqual([])
  const claiming = await person('cleo@example.com', false)
  await refused('wrong_address', accept(claiming, token))
  await refused('not_found', acceptInvitation(services, claiming, { id: invitation.id }))
  expect(await readInvitationsToMe(services, claiming)).toEqual([])
})

test('the list of what waits accepts and declines without the mail', async () => {
  const { services, database, acme, owner, invite, person, organization, member, settings } = await world()
  const globex = await organization(2)
  const other = await member(globex, 'owner', 'owner@globex.example')
  const first = await invite(owner, 'cleo@example.com')
  const second = await inviteTo(services, settings, other, globex, { email: 'cleo@example.com', role: 'auditor' })
  const cleo = await person('cleo@example.com')
  expect((await readInvitationsToMe(services, cleo)).map((each) => each.organization.slug).toSorted()).toEqual(['org-1', 'org-2'])
  await declineInvitation(services, cleo, second.id)
  await acceptInvitation(services, cleo, { id: first.id })
  expect(await readInvitationsToMe(services, cleo)).toEqual([])
  expect(await memberOf(database.reader, database.build, globex, cleo.actor.id)).toBeNull()
  expect(await memberOf(database.reader, database.build, acme, cleo.actor.id)).toMatchObject({ role: 'member' })
  await refused('link_unusable', acceptInvitation(services, cleo, { id: second.id }))
})

test('used, withdrawn, expired, declined and replaced links are refused', async () => {
  const { services, settings, clock, acme, owner, invite, accept, person, tokenOf } = await world()
  const cleo = await person('cleo@example.com')
  const withdrawn = await invite(owner, 'cleo@example.com')
  const first = await tokenOf(withdrawn.messageId)
  const again = await resendInvitation(services, settings, owner, acme, withdrawn.id)
  await refused('link_unusable', accept(cleo, first))
  const second = await tokenOf(again.messageId)
  await withdrawInvitation(services, owner, acme, withdrawn.id)
  await refused('link_unusable', accept(cleo, second))
  await refused('link_unusable', resendInvitation(services, settings, owner, acme, withdrawn.id))
  const expiring = await invite(owner, 'cleo@example.com')
  const third = await tokenOf(expiring.messageId)
  clock.set(clock.now() + 7 * DAY)
  await refused('link_unusable', accept(cleo, third))
  const revived = await resendInvitation(services, settings, owner, acme, expiring.id)
  expect(statusOf(revived, clock.now())).toBe('pending')
  await accept(cleo, await tokenOf(revived.messageId))
  await refused('link_unusable', accept(cleo, 'x'.repeat(43)))
})

test('a second invitation to an address renews the first, and a member is not invited', async () => {
  const { owner, invite, accept, person, tokenOf, services } = await world()
  const first = await invite(owner, 'cleo@example.com', 'member')
  const old = await tokenOf(first.messageId)
  const second = await invite(owner, 'CLEO@example.com', 'auditor')
  expect(second).toMatchObject({ id: first.id, role: 'auditor', sends: 2 })
  await refused('link_unusable', lookUpInvitation(services, old))
  await accept(await person('cleo@example.com'), await tokenOf(second.messageId))
  await refused('already_member', invite(owner, 'Cleo@example.com'))
})

test('nobody gives, renews, sends again or withdraws a role beyond his own', async () => {
  const { services, settings, acme, owner, invite, member } = await world()
  const roles = ['owner', 'administrator', 'supervisor', 'auditor', 'member'] as const
  const gives: Record<string, readonly string[]> = { owner: roles, administrator: roles.slice(1), supervisor: ['supervisor', 'member'] }
  for (const role of ['owner', 'administrator', 'supervisor'] as const) {
    const caller = await member(acme, role, `${role}2@acme.example`)
    for (const given of roles) {
      const work = invite(caller, `${role}-${given}@example.com`, given)
      if (gives[role]?.includes(given)) await work
      else await refused('forbidden', work)
    }
  }
  const supervisor = await member(acme, 'supervisor', 'third@acme.example')
  const waiting = await invite(owner, 'boss@example.com', 'administrator')
  await refused('forbidden', invite(supervisor, 'boss@example.com', 'member'))
  await refused('forbidden', resendInvitation(services, settings, supervisor, acme, waiting.id))
  await refused('forbidden', withdrawInvitation(services, supervisor, acme, waiting.id))
})

test('a management key without the capabilities of a role makes nobody who has them', async () => {
  const { invite } = await world()
  const key = (capabilities: Caller['capabilities']): Caller => ({
    actor: { kind: 'management-key', id: 'key_x', name: 'backend' },
    role: 'owner',
    capabilities,
    organizationId: null,
    requestId: null,
  })
  await refused('forbidden', invite(key(new Set()), 'a@example.com', 'administrator'))
  await refused('forbidden', invite(key(new Set(['credentials:manage'])), 'a@example.com', 'owner'))
  await invite(key(new Set()), 'a@example.com', 'supervisor')
  await invite(key(new Set(['credentials:manage', 'keys:reveal'])), 'b@example.com', 'owner')
})

test('whoever is demoted or removed does not come back by a link that he sent before', async () => {
  const { services, database, acme, owner, invite, accept, member, person, tokenOf } = await world()
  const status = async (id: string) => (await getInvitation(database.reader, database.build, acme, id))?.status
  const bad = await member(acme, 'administrator', 'bad@acme.example')
  const [above, level] = [await invite(bad, 'alias@example.com', 'administrator'), await invite(bad, 'friend@example.com', 'member')]
  const token = await tokenOf(above.messageId)
  await changeRole(services, owner, acme, bad.memberId, 'supervisor')
  expect([await status(above.id), await status(level.id)]).toEqual(['withdrawn', 'pending'])
  await refused('link_unusable', accept(await person('alias@example.com'), token))
  await removeMember(services, owner, { organizationId: acme, memberId: bad.memberId })
  expect(await status(level.id)).toBe('withdrawn')
  await refused('forbidden', invite(bad, 'alias@example.com', 'member'))
})

test('mails are few: to one address, of one organization, and waiting at once', async () => {
  const { services, settings, clock, acme, owner, invite } = await world()
  for (let times = 0; times < MOST_LINKS.toAddressADay; times++) await invite(owner, 'cleo@example.com')
  await refused('too_many_attempts', invite(owner, 'cleo@example.com'))
  const { id } = (await pendingInvitation(services.database.reader, services.database.build, acme, 'cleo@example.com')) as { id: string }
  await refused('too_many_attempts', resendInvitation(services, settings, owner, acme, id))
  await withdrawInvitation(services, owner, acme, id)
  await refused('too_many_attempts', invite(owner, 'cleo@example.com'))
  let sent = MOST_LINKS.toAddressADay
  for (; sent < MOST_LINKS.ofOrganizationAnHour; sent++) await invite(owner, `p${sent}@example.com`)
  await refused('too_many_attempts', invite(owner, 'one-more@example.com'))
  clock.set(clock.now() + DAY + 1)
  await invite(owner, 'cleo@example.com')
  for (let waiting = sent - MOST_LINKS.toAddressADay + 1; waiting < MOST_PENDING; waiting++) {
    if (waiting % 90 === 0) clock.set(clock.now() + 3_600_001)
    await invite(owner, `q${waiting}@example.com`)
  }
  clock.set(clock.now() + 3_600_001)
  await refused('too_many_invitations', invite(owner, 'one-more@example.com'))
  clock.set(clock.now() + 7 * DAY)
  await invite(owner, 'one-more@example.com')
})

test('an operator is invited and removed like a member, and the last one stays', async () => {
  const { services, settings, database, member, person, accept, tokenOf, owner, organization } = await world()
  const system: Caller = { actor: { kind: 'host', id: 'test', name: null }, role: 'operator', capabilities: new Set(), organizationId: null, requestId: null }
  await commit(services, system, (unit) => requireReservedOrganization(unit))
  const first = await member(RESERVED_ORGANIZATION_ID, 'operator', 'ops@example.com')
  await refused('last_owner', removeMember(services, first, { organizationId: RESERVED_ORGANIZATION_ID, memberId: first.memberId }))
  await refused('forbidden', inviteTo(services, settings, owner, RESERVED_ORGANIZATION_ID, { email: 'x@example.com', role: 'operator' }))
  const invitation = await inviteTo(services, settings, first, RESERVED_ORGANIZATION_ID, { email: 'second@example.com', role: 'operator' })
  const second = await person('second@example.com')
  await accept(second, await tokenOf(invitation.messageId))
  const { id } = (await memberOf(database.reader, database.build, RESERVED_ORGANIZATION_ID, second.actor.id)) as { id: string }
  const acme = await organization(5)
  const byBoth = [second, first].map((caller, index) =>
    inviteTo(services, settings, { ...caller, role: 'operator' }, acme, { email: `o${index}@example.com`, role: 'owner' }),
  )
  const invited = await Promise.all(byBoth)
  const both = await Promise.allSettled([
    removeMember(services, first, { organizationId: RESERVED_ORGANIZATION_ID, memberId: id }),
    removeMember(services, second, { organizationId: RESERVED_ORGANIZATION_ID, memberId: first.memberId }),
  ])
  expect(both.map((each) => each.status).toSorted()).toEqual(['fulfilled', 'rejected'])
  // What the removed one sent to organizations is void too.
  const states = await Promise.all(invited.map(async (each) => (await getInvitation(database.reader, database.build, acme, each.id))?.status))
  expect(states.toSorted()).toEqual(['pending', 'withdrawn'])
})
