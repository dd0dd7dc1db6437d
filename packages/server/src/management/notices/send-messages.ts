import { dueMessages, getMessage, type StoredMessage, updateMessage } from '../../store/outbox.ts'
import type { Services } from '../services.ts'
import { isPrivate, openMessage, organizationOf, TOO_OLD } from './private-message.ts'
import { commit } from '../unit.ts'
import { NOTICES, type NoticeSettings } from './settings.ts'

const MINUTE = 60_000
/** How long to wait after each failed attempt; after the last one it is given up. */
const BACKOFF_MS = [MINUTE, 5 * MINUTE, 30 * MINUTE, 120 * MINUTE, 360 * MINUTE, 720 * MINUTE] as const
export const MOST_ATTEMPTS = BACKOFF_MS.length + 1
const LONGEST_WAIT_MS = Math.max(...BACKOFF_MS)
const AT_ONCE = 20

/**
 * Sends what is queued and due, one after another. That an attempt begins is stored before, its outcome after: a crash in between
 * repeats the attempt under the same Message-ID, for a notice that comes twice does less harm than one that never comes.
 * @returns how many were sent.
 */
export async function sendMessages(services: Services, settings: NoticeSettings, stopped: () => boolean = () => false): Promise<number> {
  const { send } = settings
  if (send === null) return 0
  const { database, clock } = services
  let sent = 0
  for (;;) {
    const now = clock.now()
    const due = await dueMessages(database.reader, database.build, now, now + LONGEST_WAIT_MS, AT_ONCE)
    if (due.length === 0) return sent
    for (const message of due) {
      if (stopped()) return sent
      const begun = await begin(services, message.id)
      if (begun === null) continue
      const { text, html } = openMessage(services, begun)
      const error = await send({ id: begun.id, to: begun.recipients, subject: begun.subject, text, html }).then(
        () => null,
        (failure: unknown) => (failure instanceof Error ? failure.message : 'The mail server gave no reason.'),
      )
      await settle(services, begun.id, error)
      if (error === null) sent++
    }
  }
}

/** Counts the attempt and puts the next one off, so that no second sender takes it meanwhile. Null: it is not to be sent any more. */
async function begin(services: Services, id: string): Promise<StoredMessage | null> {
  return commit(services, NOTICES, async (unit) => {
    const message = await getMessage(unit.transaction, unit.build, id)
    if (message === null || message.status !== 'queued') return null
    if (isPrivate(message) && message.sealed === null) {
      await updateMessage(unit.transaction, unit.build, { ...message, status: 'failed', nextAttemptAt: null, lastError: TOO_OLD })
      return null
    }
    const attempts = message.attempts + 1
    const next = { ...message, attempts, nextAttemptAt: unit.now + (BACKOFF_MS[attempts - 1] ?? LONGEST_WAIT_MS) }
    await updateMessage(unit.transaction, unit.build, next)
    return next
  })
}

async function settle(services: Services, id: string, error: string | null): Promise<void> {
  await commit(services, NOTICES, async (unit) => {
    const message = await getMessage(unit.transaction, unit.build, id)
    if (message === null || message.status !== 'queued') return
    const given = error !== null && message.attempts >= MOST_ATTEMPTS
    const status = error === null ? 'sent' : given ? 'failed' : 'queued'
    await updateMessage(unit.transaction, unit.build, {
      ...message,
      status,
      // What was sent is in the recipient's hands, and nobody else needs its link.
      sealed: status === 'sent' ? null : message.sealed,
      nextAttemptAt: status === 'queued' ? message.nextAttemptAt : null,
      lastError: error,
      sentAt: error === null ? unit.now : null,
    })
    if (status === 'queued') return
    unit.audit({
      organizationId: organizationOf(message),
      action: error === null ? 'notice.sent' : 'notice.failed',
      subject: { kind: 'message', id },
      detail: { kind: message.kind, attempts: message.attempts, recipients: message.recipients.length, ...(error === null ? {} : { error }) },
    })
  })
}
