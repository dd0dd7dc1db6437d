import { RESERVED_ORGANIZATION_ID, makeId } from '@keywright/core/id.ts'
import type { MessageStatus } from '@keywright/core/contract/notices.ts'
import { open, seal } from '../../kernel/envelope.ts'
import { insertMessageQuery, type StoredMessage } from '../../store/outbox.ts'
import { requireReservedOrganization } from '../credentials/own-keys.ts'
import type { Services } from '../services.ts'
import type { Unit } from '../unit.ts'
import type { MessageText } from './link-text.ts'

export interface PrivateMessage {
  kind: 'sign-in-link' | 'password-reset' | 'invitation'
  /** Null: about no organization. */
  organizationId: string | null
  recipient: string
  content: MessageText
  /** When its link ends: from then on the text is gone. */
  usableUntil: number
}

export const TOO_OLD = 'Its link was sent or is too old, and is kept nowhere.'

/**
 * Puts a message that carries a link into the outbox. Whoever holds the link can act with it, so the text lies under the master key,
 * and is gone once it was sent or the link is too old. The subject stands in the clear: it must not hold the link.
 * @param mailConfigured false: it is kept, and an operator can read it.
 */
export async function queuePrivateMessage(
  services: Services,
  unit: Unit,
  message: PrivateMessage,
  mailConfigured: boolean,
): Promise<{ id: string; status: MessageStatus }> {
  const organizationId = message.organizationId ?? RESERVED_ORGANIZATION_ID
  if (organizationId === RESERVED_ORGANIZATION_ID) await requireReservedOrganization(unit)
  const id = makeId('message', unit.now, services.random(10))
  const { subject, text, html } = message.content
  const plain = Buffer.from(JSON.stringify({ text, html }))
  const sealed = seal(services.masterKey, plain, { organizationId, keyId: id, version: 1 }, services.random)
  plain.fill(0)
  const status = mailConfigured ? 'queued' : 'kept'
  unit.defer(
    insertMessageQuery(unit.build, {
      id,
      organizationId,
      kind: message.kind,
      status,
      recipients: [message.recipient],
      subject,
      text: '',
      html: '',
      sealed,
      usableUntil: message.usableUntil,
      attempts: 0,
      nextAttemptAt: mailConfigured ? unit.now : null,
      lastError: mailConfigured ? null : 'No mail server is set up.',
      createdAt: unit.now,
      sentAt: null,
    }),
  )
  return { id, status }
}

export function isPrivate(message: StoredMessage): boolean {
  return message.usableUntil !== null
}

/** The text of a message; empty where it carried a link and is gone. */
export function openMessage({ masterKey }: Pick<Services, 'masterKey'>, message: StoredMessage): { text: string; html: string } {
  const { sealed, organizationId, id: keyId, text, html } = message
  if (sealed === null) return { text, html }
  const plain = open(masterKey, sealed, { organizationId, keyId, version: 1 })
  return JSON.parse(Buffer.from(plain).toString()) as { text: string; html: string }
}

/** For the audit: messages about no organization belong to the installation. */
export function organizationOf({ organizationId }: StoredMessage): string | null {
  return organizationId === RESERVED_ORGANIZATION_ID ? null : organizationId
}
