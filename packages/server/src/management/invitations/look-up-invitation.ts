import type { InvitationToPerson } from '../../store/invitations.ts'
import { personByEmail } from '../../store/people.ts'
import type { Services } from '../services.ts'
import { findByToken } from './accept-invitation.ts'

/** What a mailed link invites to. Whoever has the link has read the mailbox, so it may tell whether a person with the address exists. @throws AppError `link_unusable`. */
export async function lookUpInvitation({ database, clock }: Services, token: string): Promise<{ invitation: InvitationToPerson; registered: boolean }> {
  const { reader, build } = database
  const invitation = await findByToken({ transaction: reader, build, now: clock.now() }, token)
  return { invitation, registered: (await personByEmail(reader, build, invitation.email)) !== null }
}
