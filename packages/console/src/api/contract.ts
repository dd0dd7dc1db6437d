import type { Answer } from '@keywright/sdk/client/contract.ts'

// Types only: the schemas of the contract are not part of what a browser loads.
export type { Answer, Input, OperationId } from '@keywright/sdk/client/contract.ts'
export { ENDPOINTS } from '@keywright/sdk/client/endpoints.ts'

export type Person = Answer<'me.person'>
export type Membership = Person['memberships'][number]
export type Offer = Answer<'key-types.offers'>['items'][number]
