import { MailOpen, Mailbox } from 'lucide-react'
import { useState } from 'react'
import { type Item, useCommand, useList, useRead } from '../../api/hooks.ts'
import { useSearch } from '../../hooks/use-search.ts'
import { OperatorsOnly } from '../../operator/operators-only.tsx'
import { text } from '../../text/common.ts'
import { outboxText } from '../../text/operator.ts'
import { StatusPill } from '../../ui/badge.tsx'
import { Banner } from '../../ui/banner.tsx'
import { Button, IconButton } from '../../ui/button.tsx'
import { Sheet } from '../../ui/dialog.tsx'
import { Select } from '../../ui/input.tsx'
import { KeyValue, PageHeader } from '../../ui/layout.tsx'
import { Problem } from '../../ui/problem.tsx'
import { EmptyState, ErrorState, ListSkeleton } from '../../ui/states.tsx'
import { LoadMore, Table } from '../../ui/table.tsx'
import { Time } from '../../ui/time.tsx'
import { toast } from '../../ui/toast.tsx'

const STATUSES = ['queued', 'sent', 'kept', 'failed'] as const
type Message = Item<'outbox.list'>

export function Page() {
  return (
    <OperatorsOnly>
      <PageHeader title={outboxText.title} description={outboxText.description} />
      <Messages />
    </OperatorsOnly>
  )
}

function Messages() {
  const [search, setSearch] = useSearch('status')
  const [open, setOpen] = useState<Message | null>(null)
  const status = STATUSES.find((each) => each === search.status)
  const list = useList('outbox.list', { limit: 50, ...(status === undefined ? {} : { status }) }, { keepPrevious: true })
  const { columns } = outboxText
  return (
    <div className="flex flex-col gap-4">
      <Select
        aria-label={outboxText.status}
        className="w-44"
        value={status ?? ''}
        onValueChange={(value) => setSearch({ status: value })}
        choices={[{ value: '', label: outboxText.anyStatus }, ...STATUSES.map((value) => ({ value, label: text.statuses[value] ?? value }))]}
      />
      {list.error !== null && list.items === undefined ? (
        <ErrorState error={list.error} onRetry={list.reload} />
      ) : list.items === undefined ? (
        <ListSkeleton />
      ) : list.items.length === 0 ? (
        <EmptyState icon={<Mailbox />} title={status === undefined ? outboxText.empty : outboxText.nothingFound}>
          {status === undefined ? outboxText.emptyHint : undefined}
        </EmptyState>
      ) : (
        <Table<Message>
          caption={outboxText.list}
          rows={list.items}
          rowKey={({ id }) => id}
          columns={[
            {
              id: 'subject',
              header: columns.subject,
              primary: true,
              cell: ({ subject, kind }) => (
                <>
                  {subject}
                  <span className="block text-xs font-normal text-ink-faint">{outboxText.kinds[kind] ?? kind}</span>
                </>
              ),
            },
            {
              id: 'to',
              header: columns.to,
              cell: ({ recipients }) => <span className="break-all text-ink-soft">{recipients.join(', ') || outboxText.nobody}</span>,
            },
            { id: 'status', header: columns.status, cell: (message) => <StatusPill status={message.status} /> },
            { id: 'created', header: columns.created, align: 'right', cell: ({ createdAt }) => <Time at={createdAt} /> },
            {
              id: 'read',
              header: columns.commands,
              headerHidden: true,
              align: 'right',
              cell: (message) => (
                <IconButton label={outboxText.read(message.subject)} onClick={() => setOpen(message)}>
                  <MailOpen aria-hidden="true" className="size-4" />
                </IconButton>
              ),
            },
          ]}
        />
      )}
      <LoadMore list={list} />
      <Sheet open={open !== null} onOpenChange={(next) => !next && setOpen(null)} title={outboxText.message}>
        {open !== null && <Whole id={open.id} />}
      </Sheet>
    </div>
  )
}

/** Read when it is opened and not before: reading a link that was not sent is in the audit log. */
function Whole({ id }: { id: string }) {
  const { data, error, refetch } = useRead('outbox.get', { message: id })
  const resend = useCommand('outbox.resend', { refreshes: ['outbox.list'], onSuccess: () => toast(outboxText.resent) })
  if (data === undefined)
    return <div className="p-5">{error === null ? <ListSkeleton rows={3} /> : <ErrorState error={error} onRetry={() => void refetch()} />}</div>
  return (
    <div className="flex flex-col gap-5 p-5">
      <h2 className="text-sm font-semibold">{data.subject}</h2>
      <KeyValue
        entries={[
          { label: outboxText.status, value: <StatusPill status={data.status} /> },
          { label: outboxText.columns.to, value: <span className="break-all">{data.recipients.join(', ') || outboxText.nobody}</span> },
          { label: outboxText.columns.created, value: <Time at={data.createdAt} /> },
          ...(data.sentAt === null ? [] : [{ label: outboxText.sent, value: <Time at={data.sentAt} /> }]),
          ...(data.nextAttemptAt === null ? [] : [{ label: outboxText.next, value: <Time at={data.nextAttemptAt} ahead /> }]),
          { label: outboxText.attempts, value: data.attempts },
          ...(data.lastError === null ? [] : [{ label: outboxText.error, value: data.lastError }]),
        ]}
      />
      {data.text === '' ? (
        <Banner>{outboxText.privateText}</Banner>
      ) : (
        <pre
          tabIndex={0}
          aria-label={outboxText.text}
          className="rounded-lg border border-line bg-sunken p-3.5 text-xs leading-relaxed break-words whitespace-pre-wrap"
        >
          {data.text}
        </pre>
      )}
      {resend.error !== null && <Problem error={resend.error} />}
      <div>
        <Button loading={resend.isPending} onClick={() => resend.mutate({ message: id })}>
          {outboxText.resend}
        </Button>
      </div>
    </div>
  )
}
