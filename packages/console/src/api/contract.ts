import type { invitationToMeOperations } from '@keywright/core/contract/members.ts'
import type { personOperations, signInOperations } from '@keywright/core/contract/sign-in.ts'
import type { Answer as ClientAnswer, Input as ClientInput, OperationId as ClientOperationId } from '@keywright/sdk/client/contract.ts'
import { ENDPOINTS as CLIENT_ENDPOINTS, type Endpoint } from '@keywright/sdk/client/endpoints.ts'

/*
 * Types only: the schemas of the contract are not part of what a browser loads. Operations that only people have are read off the
 * contract here; all others are the client's.
 */
type PeopleContract = (typeof signInOperations)[number] | (typeof personOperations)[number] | (typeof invitationToMeOperations)[number]
type PeopleOperationId = PeopleContract['id']

export type OperationId = ClientOperationId | PeopleOperationId

type Of<Id extends PeopleOperationId> = Extract<PeopleContract, { id: Id }>
type SchemaInput<Schema> = Schema extends { _zod: { input: infer Shape } } ? Shape : never
type SchemaOutput<Schema> = Schema extends { _zod: { output: infer Shape } } ? Shape : never
type PathParameters<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}` ? Name | PathParameters<Rest> : never
type Fields<Shape> = Shape extends Record<string, never> ? unknown : Shape
type Body<Id extends PeopleOperationId> = Of<Id> extends { body: infer Schema } ? Fields<SchemaInput<Schema>> : unknown
type Query<Id extends PeopleOperationId> =
  Of<Id> extends { query: infer Schema } ? { [Name in keyof SchemaOutput<Schema>]?: SchemaOutput<Schema>[Name] | undefined } : unknown
type PeopleInput<Id extends PeopleOperationId> = { [Name in PathParameters<Of<Id>['path']>]: string } & Body<Id> & Query<Id>
type PeopleAnswer<Id extends PeopleOperationId> = Of<Id>['success'] extends { schema: infer Schema } ? SchemaOutput<Schema> : undefined

/** What a call takes: the parameters of its path, and the fields of its body or its query, in one object. */
export type Input<Id extends OperationId> = Id extends ClientOperationId ? ClientInput<Id> : Id extends PeopleOperationId ? PeopleInput<Id> : never
/** What a call answers. */
export type Answer<Id extends OperationId> = Id extends ClientOperationId ? ClientAnswer<Id> : Id extends PeopleOperationId ? PeopleAnswer<Id> : never

export type Person = Answer<'me.person'>
export type Membership = Person['memberships'][number]
export type Offer = Answer<'key-types.offers'>['items'][number]

const PEOPLE_ENDPOINTS: Readonly<Record<PeopleOperationId, Endpoint>> = {
  'sign-in.options': { method: 'GET', path: '/v1/sign-in' },
  'sign-in.set-up': { method: 'POST', path: '/v1/sign-in:set-up' },
  'sign-in.password': { method: 'POST', path: '/v1/sign-in:password' },
  'sign-in.second-factor': { method: 'POST', path: '/v1/sign-in:second-factor' },
  'sign-in.request-link': { method: 'POST', path: '/v1/sign-in:request-link' },
  'sign-in.link': { method: 'POST', path: '/v1/sign-in:link' },
  'sign-in.oidc': { method: 'POST', path: '/v1/sign-in:oidc' },
  'sign-in.request-password-reset': { method: 'POST', path: '/v1/sign-in:request-password-reset' },
  'sign-in.reset-password': { method: 'POST', path: '/v1/sign-in:reset-password' },
  'sign-in.register': { method: 'POST', path: '/v1/sign-in:register' },
  'me.person': { method: 'GET', path: '/v1/me/person' },
  'me.update': { method: 'PATCH', path: '/v1/me' },
  'me.sign-out': { method: 'POST', path: '/v1/me:sign-out' },
  'me.change-password': { method: 'POST', path: '/v1/me:change-password' },
  'me.step-up': { method: 'POST', path: '/v1/me:step-up' },
  'me.second-factor.enroll': { method: 'POST', path: '/v1/me/second-factor' },
  'me.second-factor.confirm': { method: 'POST', path: '/v1/me/second-factor:confirm' },
  'me.second-factor.renew-backup-codes': { method: 'POST', path: '/v1/me/second-factor:renew-backup-codes' },
  'me.second-factor.remove': { method: 'POST', path: '/v1/me/second-factor:remove' },
  'me.sessions.list': { method: 'GET', path: '/v1/me/sessions' },
  'me.invitations.list': { method: 'GET', path: '/v1/me/invitations' },
  'me.invitations.accept': { method: 'POST', path: '/v1/me/invitations/{invitation}:accept' },
  'me.invitations.decline': { method: 'POST', path: '/v1/me/invitations/{invitation}:decline' },
  'invitations.look-up': { method: 'POST', path: '/v1/invitations:look-up' },
  'invitations.accept': { method: 'POST', path: '/v1/invitations:accept' },
  'me.sessions.end': { method: 'DELETE', path: '/v1/me/sessions/{session}' },
}

export const ENDPOINTS: Readonly<Record<OperationId, Endpoint>> = { ...PEOPLE_ENDPOINTS, ...CLIENT_ENDPOINTS }
