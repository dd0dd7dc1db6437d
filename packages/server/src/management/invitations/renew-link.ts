import { RESERVED_ORGANIZATION_ID } from '@keywright/core/id.ts'
import { AppError } from '@keywright/core/problem-code.ts'
import { countLinksSent, type StoredInvitation } from '../../store/invitations.ts'
import type { StoredOrganization } from '../../store/organizations.ts'
import { queuePrivateMessage } from '../notices/private-message.ts'
import type { Caller, Services } from '../services.ts'
import type { Unit } from '../unit.ts'
import { invitationText } from './invitation-text.ts'
import type { InvitationSettings } from './settings.ts'
import { makeToken } from './token.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
/** Whoever may invite could otherwise use us to fill a stranger's mailbox. */
export const MOST_LINKS = { toAddressADay: 5, ofOrganizationAnHour: 100 } as const

/**
 * Gives an invitation a new link, which voids the one before, and queues the mail. Whoever does it answers for the invitation from then on.
 * @throws AppError `too_many_attempts`.
 */
export async function renewLink(
  services: Services,
  caller: Caller,
  unit: Unit,
  { settings, organization, invitation }: { settings: InvitationSettings; organization: StoredOrganization; invitation: StoredInvitation },
): Promise<StoredInvitation> {
  const { now } = unit
  await requireFewLinks(unit, invitation)
  const { token, digest } = makeToken(services.random)
  const expiresAt = now + settings.days * DAY
  const content = invitationText({
    organization: invitation.organizationId === RESERVED_ORGANIZATION_ID ? null : organization,
    role: invitation.role,
    // What a management key is called is the organization's own affair.
    inviter: caller.actor.kind === 'person' ? caller.actor.name : null,
    expiresAt,
    link: `${settings.consoleUrl()}/invitation#${token}`,
    supportContact: settings.supportContact,
  })
  const message = { kind: 'invitation', organizationId: invitation.organizationId, recipient: invitation.email, content, usableUntil: expiresAt } as const
  const { id: messageId } = await queuePrivateMessage(services, unit, message, settings.mailConfigured)
  const sends = invitation.sends > 0 && invitation.sentAt > now - DAY ? invitation.sends + 1 : 1
  return { ...invitation, tokenDigest: digest, invitedBy: caller.actor, expiresAt, messageId, sentAt: now, sends }
}

async function requireFewLinks(unit: Unit, { organizationId, email }: StoredInvitation): Promise<void> {
  const { transaction, build, now } = unit
  if ((await countLinksSent(transaction, build, organizationId, now - DAY, email)) >= MOST_LINKS.toAddressADay)
    throw new AppError(
      'too_many_attempts',
      `${MOST_LINKS.toAddressADay} links went to this address within a day. Try again tomorrow, and look whether the address is right.`,
      {
        extra: { retryAfterSeconds: DAY / 1000 },
      },
    )
  if ((await countLinksSent(transaction, build, organizationId, now - HOUR)) >= MOST_LINKS.ofOrganizationAnHour)
    throw new AppError('too_many_attempts', `The organization has sent ${MOST_LINKS.ofOrganizationAnHour} links within an hour. Try again later.`, {
      extra: { retryAfterSeconds: HOUR / 1000 },
    })
}
