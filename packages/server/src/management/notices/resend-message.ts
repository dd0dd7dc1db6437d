import { isId } from '@keywright/core/id.ts'
import { AppError } from '@keywright/core/problem-code.ts'
import { organizationById } from '../../store/organizations.ts'
import { getMessage, type StoredMessage, updateMessage } from '../../store/outbox.ts'
import { isPrivate, organizationOf, TOO_OLD } from './private-message.ts'
import { NOBODY_TO_TELL, recipientsOf } from './recipients.ts'
import type { Caller, Services } from '../services.ts'
import { commit } from '../unit.ts'

/** Queues a message again, to whom it would go now. @throws AppError `mail_unavailable` where it could not be sent anyway. */
export async function resendMessage(services: Services, caller: Caller, id: string, mailConfigured: boolean): Promise<StoredMessage> {
  return commit(services, caller, async (unit) => {
    const message = isId('message', id) ? await getMessage(unit.transaction, unit.build, id) : null
    if (message === null) throw new AppError('not_found', 'There is no such message.')
    if (!mailConfigured)
      throw new AppError('mail_unavailable', 'No mail server is set up. Set KEYWRIGHT_SMTP_URL and KEYWRIGHT_MAIL_FROM, and start the server again.')
    const { organizationId } = message
    if (isPrivate(message) && (message.sealed === null || (message.usableUntil as number) <= unit.now))
      throw new AppError('mail_unavailable', `${TOO_OLD} Whoever needs it asks for a new one.`)
    const organization = await organizationById(unit.transaction, unit.build, organizationId)
    if (organization === null || organization.status === 'removed') throw new AppError('mail_unavailable', 'The organization was removed.')
    // A link is for the one it was written to, whoever the contacts are.
    const recipients = isPrivate(message) ? message.recipients : await recipientsOf(unit, organization)
    if (recipients.length === 0) throw new AppError('mail_unavailable', `${NOBODY_TO_TELL} Add a contact with "keywright orgs update --add-contact".`)
    const next: StoredMessage = {
      ...message,
      status: 'queued',
      recipients,
      attempts: 0,
      nextAttemptAt: unit.now,
      lastError: null,
      sentAt: null,
    }
    await updateMessage(unit.transaction, unit.build, next)
    unit.audit({
      organizationId: organizationOf(message),
      action: 'notice.resent',
      subject: { kind: 'message', id },
      detail: { kind: message.kind, before: message.status, recipients: next.recipients.length },
    })
    return next
  })
}
