import type { Answer } from '../api/contract.ts'

export type Key = Answer<'keys.get'>
export type Usage = Answer<'keys.usage'>
export type Session = Answer<'sessions.list'>['items'][number]
/** As the API takes and answers them. */
export type AddressRule = Key['addresses']
