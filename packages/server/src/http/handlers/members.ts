import { RESERVED_ORGANIZATION_ID } from '@keywright/core/id.ts'
import type { OrganizationRole } from '@keywright/core/permissions.ts'
import { changeRole } from '../../management/members/change-role.ts'
import { removeMember } from '../../management/members/remove-member.ts'
import { takeSecondFactor } from '../../management/sign-in/take-second-factor.ts'
import { listMembers } from '../../store/members.ts'
import { printCursor, readCreatedCursor } from '../cursor.ts'
import { type Call, handler, type Handlers } from '../handler.ts'
import { presentMember } from '../present/member.ts'

const list = handler<unknown, { limit: number; cursor?: string }>(async (call) => {
  const { reader, build } = call.context.services.database
  const { limit, cursor } = call.query
  const page = await listMembers(reader, build, organizationOf(call), { limit, cursor: readCreatedCursor(cursor) })
  return { body: { items: page.items.map(presentMember), nextCursor: printCursor(page.next) } }
})

const remove = handler(async (call) => {
  const { member, keysForReview } = await removeMember(call.context.services, call.caller, {
    organizationId: organizationOf(call),
    memberId: call.parameters.member as string,
  })
  return { body: { member: presentMember(member), keysForReview } }
})

export const memberHandlers: Handlers = {
  'members.list': list,
  'members.update': handler<{ role: OrganizationRole }, unknown>(async ({ context, caller, organizationId, parameters, body }) => ({
    body: presentMember(await changeRole(context.services, caller, organizationId, parameters.member as string, body.role)),
  })),
  'members.remove': remove,
  'operators.list': list,
  'operators.remove': remove,
  'people.remove-second-factor': handler<{ person: string }, unknown>(async ({ context, caller, body }) => {
    const { person, notice } = await takeSecondFactor(context.signIn, caller, body.person)
    context.wakeJobs()
    return { body: { person: { id: person.id, name: person.name, email: person.email }, notice } }
  }),
}

/** Whom a path is about: an organization's members, or the operators. */
export function organizationOf(call: Pick<Call, 'organizationId'>): string {
  return call.organizationId === '' ? RESERVED_ORGANIZATION_ID : call.organizationId
}
