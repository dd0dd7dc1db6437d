import { type InvitationToPerson, invitationsTo } from '../../store/invitations.ts'
import { personById } from '../../store/people.ts'
import type { Caller, Services } from '../services.ts'

/** What waits for one's own address; nothing as long as it is not verified. */
export async function readInvitationsToMe({ database, clock }: Services, caller: Caller): Promise<InvitationToPerson[]> {
  const { reader, build } = database
  const person = caller.actor.kind === 'person' ? await personById(reader, build, caller.actor.id) : null
  return person?.emailVerified ? invitationsTo(reader, build, person.email, clock.now()) : []
}
