import { z } from 'zod'
import { ORGANIZATION_ROLES } from '../permissions.ts'
import { actor, email, instantOut, listQuery, page } from './common.ts'
import type { Operation } from './operation.ts'

export const INVITATION_STATUSES = ['pending', 'accepted', 'declined', 'withdrawn', 'expired'] as const

const role = z.enum(ORGANIZATION_ROLES)
const linkToken = z.string().min(20).max(200)

export const member = z.object({
  id: z.string(),
  person: z.object({ id: z.string(), name: z.string(), email: z.string() }),
  role: z.string().describe('`operator` among the operators, otherwise a role of the organization.'),
  secondFactor: z.boolean(),
  invitedBy: actor.nullable(),
  createdAt: instantOut,
  lastSeenAt: instantOut.nullable(),
})

export const invitation = z.object({
  id: z.string(),
  email: z.string(),
  role: z.string(),
  status: z.enum(INVITATION_STATUSES),
  invitedBy: actor,
  createdAt: instantOut,
  expiresAt: instantOut,
  sentAt: instantOut.describe('When the newest link was queued.'),
  delivery: z.enum(['queued', 'sent', 'kept', 'failed']).describe('`kept`: no mail server is set up; an operator reads the link in the outbox.'),
})

/** An invitation as the one who is invited sees it. */
export const invitationToMe = z.object({
  id: z.string(),
  organization: z.object({ slug: z.string(), name: z.string() }).nullable().describe('Null: an invitation to be an operator.'),
  email: z.string(),
  role: z.string(),
  invitedBy: z.string(),
  expiresAt: instantOut,
})

/** A key or management key that somebody who left had made: it goes on, so somebody looks at it. */
const keyForReview = z.object({ id: z.string(), type: z.string(), name: z.string(), hint: z.string(), status: z.string() })
const removed = z.object({ member, keysForReview: z.array(keyForReview).describe('Keys that this person made and that still work.') })

const ORGANIZATION = '/v1/organizations/{org}'
const READ = { kind: 'organization', action: 'members:read' } as const
const MANAGE = { kind: 'organization', action: 'members:manage' } as const
const OPERATORS = { kind: 'installation', action: 'configuration:manage' } as const
/** Making and unmaking operators hands out every right there is: a management key needs what issuing operators' keys needs. */
const MANAGE_OPERATORS = { ...OPERATORS, capability: 'credentials:manage' } as const
const PERSON = { kind: 'person' } as const
const empty = z.strictObject({})

export const memberOperations = [
  {
    id: 'members.list',
    method: 'GET',
    path: `${ORGANIZATION}/members`,
    tag: 'Members',
    summary: 'List members',
    authority: READ,
    query: z.strictObject(listQuery),
    success: { status: 200, schema: page(member) },
  },
  {
    id: 'members.update',
    method: 'PATCH',
    path: `${ORGANIZATION}/members/{member}`,
    tag: 'Members',
    summary: "Change a member's role; his open pages have it at the next click",
    authority: MANAGE,
    body: z.strictObject({ role }),
    success: { status: 200, schema: member },
  },
  {
    id: 'members.remove',
    method: 'DELETE',
    path: `${ORGANIZATION}/members/{member}`,
    tag: 'Members',
    summary: 'Remove a member: his access ends at once, and the keys he made are listed for review. Everybody may remove himself',
    authority: READ,
    success: { status: 200, schema: removed },
  },
  {
    id: 'invitations.list',
    method: 'GET',
    path: `${ORGANIZATION}/invitations`,
    tag: 'Members',
    summary: 'List invitations',
    authority: MANAGE,
    query: z.strictObject({ ...listQuery, status: z.enum(INVITATION_STATUSES).optional() }),
    success: { status: 200, schema: page(invitation) },
  },
  {
    id: 'invitations.create',
    method: 'POST',
    path: `${ORGANIZATION}/invitations`,
    tag: 'Members',
    summary: 'Invite somebody by e-mail',
    authority: MANAGE,
    body: z.strictObject({ email, role }),
    success: { status: 201, schema: invitation },
    idempotent: true,
  },
  {
    id: 'invitations.resend',
    method: 'POST',
    path: `${ORGANIZATION}/invitations/{invitation}:resend`,
    tag: 'Members',
    summary: 'Send a new link; the one before is void',
    authority: MANAGE,
    body: empty,
    bodyOptional: true,
    success: { status: 200, schema: invitation },
  },
  {
    id: 'invitations.withdraw',
    method: 'DELETE',
    path: `${ORGANIZATION}/invitations/{invitation}`,
    tag: 'Members',
    summary: 'Withdraw an invitation',
    authority: MANAGE,
    success: { status: 200, schema: invitation },
  },

  {
    id: 'operators.list',
    method: 'GET',
    path: '/v1/operators',
    tag: 'Operators',
    summary: 'List the people who are operators',
    authority: OPERATORS,
    query: z.strictObject(listQuery),
    success: { status: 200, schema: page(member) },
  },
  {
    id: 'operators.remove',
    method: 'DELETE',
    path: '/v1/operators/{member}',
    tag: 'Operators',
    summary: 'Remove an operator; the last one stays',
    authority: MANAGE_OPERATORS,
    success: { status: 200, schema: removed },
  },
  {
    id: 'people.remove-second-factor',
    method: 'POST',
    path: '/v1/people:remove-second-factor',
    tag: 'Operators',
    summary: 'Take away the second factor that somebody lost; every session of that person ends',
    authority: MANAGE_OPERATORS,
    body: z.strictObject({ person: z.string().min(1).max(254).describe('Id, or e-mail address.') }),
    success: {
      status: 200,
      schema: z.object({
        person: member.shape.person,
        notice: z.enum(['queued', 'kept']).describe('Of the message that tells the person. `kept`: no mail server is set up, so tell the person yourself.'),
      }),
    },
  },
  {
    id: 'operator-invitations.list',
    method: 'GET',
    path: '/v1/operator-invitations',
    tag: 'Operators',
    summary: 'List invitations to be an operator',
    authority: OPERATORS,
    query: z.strictObject({ ...listQuery, status: z.enum(INVITATION_STATUSES).optional() }),
    success: { status: 200, schema: page(invitation) },
  },
  {
    id: 'operator-invitations.create',
    method: 'POST',
    path: '/v1/operator-invitations',
    tag: 'Operators',
    summary: 'Invite somebody to be an operator',
    authority: MANAGE_OPERATORS,
    body: z.strictObject({ email }),
    success: { status: 201, schema: invitation },
    idempotent: true,
  },
  {
    id: 'operator-invitations.resend',
    method: 'POST',
    path: '/v1/operator-invitations/{invitation}:resend',
    tag: 'Operators',
    summary: 'Send a new link; the one before is void',
    authority: MANAGE_OPERATORS,
    body: empty,
    bodyOptional: true,
    success: { status: 200, schema: invitation },
  },
  {
    id: 'operator-invitations.withdraw',
    method: 'DELETE',
    path: '/v1/operator-invitations/{invitation}',
    tag: 'Operators',
    summary: 'Withdraw an invitation',
    authority: MANAGE_OPERATORS,
    success: { status: 200, schema: invitation },
  },
] as const satisfies readonly Operation[]

/** What somebody does about invitations to himself. */
export const invitationToMeOperations = [
  {
    id: 'me.invitations.list',
    method: 'GET',
    path: '/v1/me/invitations',
    tag: 'Me',
    summary: "Invitations to one's verified address that wait",
    authority: PERSON,
    success: { status: 200, schema: z.object({ items: z.array(invitationToMe) }) },
  },
  {
    id: 'me.invitations.accept',
    method: 'POST',
    path: '/v1/me/invitations/{invitation}:accept',
    tag: 'Me',
    summary: 'Accept from the list of pending invitations',
    authority: PERSON,
    body: empty,
    bodyOptional: true,
    success: { status: 200, schema: z.object({ organization: z.object({ slug: z.string(), name: z.string() }).nullable() }) },
  },
  {
    id: 'me.invitations.decline',
    method: 'POST',
    path: '/v1/me/invitations/{invitation}:decline',
    tag: 'Me',
    summary: 'Decline an invitation',
    authority: PERSON,
    body: empty,
    bodyOptional: true,
    success: { status: 204 },
  },
  {
    id: 'invitations.look-up',
    method: 'POST',
    path: '/v1/invitations:look-up',
    tag: 'Members',
    summary: 'What a mailed link invites to',
    authority: { kind: 'open' },
    body: z.strictObject({ token: linkToken }),
    success: {
      status: 200,
      schema: invitationToMe.extend({ registered: z.boolean().describe('Whether a person with this address exists: sign in, or register.') }),
    },
  },
  {
    id: 'invitations.accept',
    method: 'POST',
    path: '/v1/invitations:accept',
    tag: 'Members',
    summary: 'Accept with the token of the mailed link, as the person it was sent to',
    authority: PERSON,
    body: z.strictObject({ token: linkToken }),
    success: { status: 200, schema: z.object({ organization: z.object({ slug: z.string(), name: z.string() }).nullable() }) },
  },
] as const satisfies readonly Operation[]
