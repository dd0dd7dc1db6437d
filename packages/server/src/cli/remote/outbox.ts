import type { Command } from 'commander'
import type { OutboxMessage } from '@keywright/sdk/client/contract.ts'
import { MESSAGE_STATUSES, type MessageStatus } from '@keywright/core/contract/notices.ts'
import type { Session } from '../io.ts'
import { facts, type Column } from '../table.ts'
import { oneOf } from '../values.ts'
import { group, listed, more, pageOptions, runs, type PageOptions } from './command.ts'

const STATUS_COLORS = { queued: 'yellow', sent: 'green', kept: 'yellow', failed: 'red' } as const

const COLUMNS: readonly Column<OutboxMessage>[] = [
  { header: 'ID', value: (row) => row.id, keep: true },
  { header: 'ORGANIZATION', value: (row) => row.organization.slug },
  { header: 'STATUS', value: (row) => row.status, color: (row) => STATUS_COLORS[row.status] },
  { header: 'SUBJECT', value: (row) => row.subject },
  { header: 'TO', value: (row) => row.recipients.join(', ') || 'nobody' },
  { header: 'CREATED', value: (row) => row.createdAt },
]

function shown(message: OutboxMessage & { text: string }): string {
  const head = facts([
    ['Id', message.id],
    ['Organization', message.organization.slug],
    ['Status', message.status],
    ['To', message.recipients.join(', ') || 'nobody'],
    ['Subject', message.subject],
    ['Attempts', String(message.attempts)],
    ['Next attempt', message.nextAttemptAt],
    ['Last error', message.lastError],
    ['Created', message.createdAt],
    ['Sent', message.sentAt],
  ])
  return `${head}\n\n${message.text.trimEnd()}`
}

export function addOutboxCommands(session: Session, program: Command): void {
  const outbox = group(program, 'outbox', 'messages to organizations: notices before keys end')

  const list = pageOptions(outbox.command('list').description('list messages, newest first'))
  list.option('--status <status>', MESSAGE_STATUSES.join(', '), oneOf(...MESSAGE_STATUSES))
  runs<PageOptions & { status?: MessageStatus }>(session, list, async (context, _none, options) => {
    const client = await context.client()
    const page = await listed(client.outbox.list, { status: options.status }, options)
    context.print(page, ({ items }) => context.table(COLUMNS, items, 'No messages.'))
    more(context, page)
  })

  runs(session, outbox.command('show <message>').description('show a message with its text'), async (context, [message]) => {
    const client = await context.client()
    context.print(await client.outbox.get({ message }), shown)
  })

  const resend = outbox.command('resend <message>').description("send a message again, to the organization's contacts of now")
  runs(session, resend, async (context, [message]) => {
    const client = await context.client()
    context.print(await client.outbox.resend({ message }), ({ id, recipients }) => `Message ${id} is queued for ${recipients.join(', ')}.`)
  })
}
