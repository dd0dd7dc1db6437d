import { CAPABILITIES } from '@keywright/core/permissions.ts'
import { AppError } from '@keywright/core/problem-code.ts'
import type { StoredMessage } from '../../store/outbox.ts'
import type { Caller, Services } from '../services.ts'
import { commit } from '../unit.ts'
import { isPrivate, openMessage, organizationOf } from './private-message.ts'

/**
 * The text of a message. One that carries a link opens only where it could not be sent: then an operator passes the link on, and the
 * audit says so. A link that is on its way, or was sent, is nobody's but its recipient's.
 * @throws AppError `forbidden` for a management key without the capabilities that people have: with the link it would act as one.
 */
export async function readMessage(services: Services, caller: Caller, message: StoredMessage): Promise<{ text: string; html: string }> {
  if (!isPrivate(message)) return { text: message.text, html: message.html }
  const undelivered = message.status === 'kept' || message.status === 'failed'
  if (!undelivered || message.sealed === null || (message.usableUntil as number) <= services.clock.now()) return { text: '', html: '' }
  requireEveryCapability(caller)
  await commit(services, caller, async (unit) =>
    unit.audit({
      organizationId: organizationOf(message),
      action: 'notice.link_read',
      subject: { kind: 'message', id: message.id },
      detail: { kind: message.kind },
    }),
  )
  return openMessage(services, message)
}

function requireEveryCapability({ actor, capabilities }: Caller): void {
  if (actor.kind !== 'management-key') return
  const lacking = CAPABILITIES.filter((capability) => !capabilities.has(capability))
  if (lacking.length === 0) return
  throw new AppError(
    'forbidden',
    `This message carries a link with which somebody signs in, and this management key lacks ${lacking.join(', ')}, which people have. Open it with a key that has them, or in the console.`,
  )
}
