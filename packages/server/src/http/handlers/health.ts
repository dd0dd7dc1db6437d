import type { MessageStatus } from '@keywright/core/contract/notices.ts'
import { formatInstant } from '@keywright/core/time.ts'
import { lastAuditEventQuery } from '../../store/audit-events.ts'
import { changeLogHead } from '../../store/change-log.ts'
import { countMessages, countOrganizations, databaseBytes, newestChangeAt } from '../../store/health.ts'
import { getSetting } from '../../store/settings.ts'
import { currentSigningKey } from '../../store/signing-keys.ts'
import { handler, type Handlers } from '../handler.ts'
import { instantOrNull } from '../present/key.ts'

export const healthHandlers: Handlers = {
  'installation.health': handler(async ({ context, now }) => {
    const { reader, build } = context.services.database
    const { installation, verifier } = context
    const head = await changeLogHead(reader, build)
    const { counts, oldestQueuedAt } = await countMessages(reader, build)
    const messages = (status: MessageStatus) => counts.get(status) ?? 0
    const backup = await getSetting(reader, build, 'lastBackup')
    const { takenAt, change } = JSON.parse(backup ?? '{}') as { takenAt: number; change: number }
    const signing = await currentSigningKey(reader, build)
    return {
      body: {
        ready: context.isReady(),
        version: installation.version,
        startedAt: formatInstant(installation.startedAt),
        now: formatInstant(now),
        publicUrl: installation.publicUrl,
        supportContact: context.supportContact,
        database: { kind: 'sqlite', bytes: await databaseBytes(reader), organizations: await countOrganizations(reader, build) },
        changeLog: { head: head.number, changedAt: instantOrNull(await newestChangeAt(reader, build)) },
        replica: { keys: verifier.replica.keys.size, lag: Math.max(0, head.number - verifier.replica.cursor.number) },
        usage: { backlog: installation.usageBacklog(), withoutAddress: installation.usageWithoutAddress() },
        journalBytes: installation.journalBytes(),
        auditEvents: (await reader.first(lastAuditEventQuery(build)))?.number ?? 0,
        outbox: {
          queued: messages('queued'),
          sent: messages('sent'),
          kept: messages('kept'),
          failed: messages('failed'),
          oldestQueuedAt: instantOrNull(oldestQueuedAt),
        },
        mailConfigured: context.mailConfigured,
        oidc: context.singleSignOn === null ? null : { label: context.singleSignOn.label },
        lastBackup: backup === null ? null : { takenAt: formatInstant(takenAt), change },
        signingKey: signing && { kid: signing.kid, createdAt: formatInstant(signing.createdAt) },
      },
    }
  }),
}
