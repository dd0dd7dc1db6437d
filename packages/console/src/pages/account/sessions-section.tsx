import { useState } from 'react'
import type { Answer } from '../../api/contract.ts'
import { useCommand, useRead } from '../../api/hooks.ts'
import { accountText } from '../../text/account.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { Mono } from '../../ui/mono.tsx'
import { ErrorState, ListSkeleton } from '../../ui/states.tsx'
import { Table, type Column } from '../../ui/table.tsx'
import { Time } from '../../ui/time.tsx'
import { toast } from '../../ui/toast.tsx'
import { browserOf } from '../../util/browser-of.ts'

type Session = Answer<'me.sessions.list'>['items'][number]

const said = accountText.sessions

export function SessionsSection() {
  const { data, error, refetch } = useRead('me.sessions.list', {})
  const [ending, setEnding] = useState<Session | null>(null)
  const end = useCommand('me.sessions.end', {
    refreshes: ['me.sessions.list'],
    onSuccess: () => {
      setEnding(null)
      toast(said.ended)
    },
  })
  const columns: Column<Session>[] = [
    {
      id: 'device',
      header: said.device,
      primary: true,
      cell: ({ client, current }) => (
        <span className="flex flex-wrap items-center gap-2">
          {browserOf(client) ?? said.unknown}
          {current && <Badge tone="accent">{said.current}</Badge>}
        </span>
      ),
    },
    { id: 'address', header: said.address, cell: ({ address }) => <Mono>{address ?? said.unknown}</Mono> },
    { id: 'used', header: said.lastUsed, cell: ({ lastUsedAt }) => <Time at={lastUsedAt} /> },
    { id: 'began', header: said.began, cell: ({ createdAt }) => <Time at={createdAt} /> },
    {
      id: 'commands',
      header: said.command,
      headerHidden: true,
      align: 'right',
      cell: (session) =>
        session.current ? null : (
          <Button
            size="small"
            variant="danger-quiet"
            aria-label={`${said.end}: ${browserOf(session.client) ?? said.unknown}`}
            onClick={() => setEnding(session)}
          >
            {said.end}
          </Button>
        ),
    },
  ]
  return (
    <section aria-labelledby="sessions" className="pt-2">
      <h2 id="sessions" className="text-sm font-semibold">
        {said.title}
      </h2>
      <p className="mt-0.5 mb-3 text-sm text-ink-soft">{said.lead}</p>
      {error !== null && <ErrorState error={error} onRetry={() => void refetch()} />}
      {error === null && data === undefined && <ListSkeleton rows={2} />}
      {data !== undefined && <Table caption={said.caption} columns={columns} rows={data.items} rowKey={({ id }) => id} />}
      <ConfirmDialog
        open={ending !== null}
        onOpenChange={() => setEnding(null)}
        title={said.endTitle}
        confirmLabel={said.end}
        danger
        loading={end.isPending}
        error={end.error}
        onConfirm={() => ending !== null && end.mutate({ session: ending.id })}
      >
        <p className="text-sm text-ink-soft">{said.endImpact}</p>
      </ConfirmDialog>
    </section>
  )
}
