import type { Propagation } from '@keywright/core/contract/common.ts'
import type { Role } from '@keywright/core/permissions.ts'
import { useState } from 'react'
import { shortClient } from '../client-name.ts'
import { roleReason } from '../key-command.ts'
import type { Key, Session } from '../key.ts'
import type { OfferedType } from '../offered-type.ts'
import { PropagationNote } from '../propagation-note.tsx'
import { useCommand, useList } from '../../api/hooks.ts'
import { text } from '../../text/common.ts'
import { keysText } from '../../text/keys.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { FormActions } from '../../ui/form.tsx'
import { Mono } from '../../ui/mono.tsx'
import { EmptyState, ErrorState, ListSkeleton } from '../../ui/states.tsx'
import { type Column, LoadMore, Table } from '../../ui/table.tsx'
import { Time } from '../../ui/time.tsx'

/** Session tokens that were minted with a key; each can be ended alone. */
export function SessionsTab({ org, keyOf: key, offered, role }: { org: string; keyOf: Key; offered: OfferedType; role: Role | null }) {
  const list = useList('sessions.list', { org, key: key.id }, { refetchInterval: 15_000 })
  const [asked, setAsked] = useState<Session | null>(null)
  const reason = roleReason(role, offered.type, 'manage') ?? undefined
  if (list.error !== null) return <ErrorState error={list.error} onRetry={list.reload} />
  if (list.items === undefined) return <ListSkeleton />
  if (list.items.length === 0) return <EmptyState title={keysText.page.noSessions} />
  const columns: Column<Session>[] = [
    { id: 'id', header: keysText.page.id, primary: true, cell: ({ id }) => <Mono>{id}</Mono> },
    {
      id: 'status',
      header: keysText.list.status,
      cell: ({ status }) => (
        <Badge tone={status === 'live' ? 'success' : 'neutral'} dot>
          {keysText.sessionStatuses[status] ?? status}
        </Badge>
      ),
    },
    { id: 'issued', header: keysText.page.issued, cell: ({ issuedAt }) => <Time at={issuedAt} /> },
    {
      id: 'expires',
      header: keysText.page.endsAt,
      cell: ({ status, expiresAt, endedAt }) => <Time at={endedAt ?? (status === 'superseded' ? null : expiresAt)} ahead fallback="–" />,
    },
    {
      id: 'address',
      header: keysText.page.address,
      cell: ({ address }) => (address === null ? <span className="text-ink-faint">–</span> : <Mono>{address}</Mono>),
    },
    {
      id: 'client',
      header: keysText.page.client,
      cell: ({ client }) => (client === null ? <span className="text-ink-faint">–</span> : <span title={client}>{shortClient(client)}</span>),
    },
    {
      id: 'end',
      header: keysText.list.commands,
      headerHidden: true,
      align: 'right',
      cell: (session) =>
        session.status === 'live' ? (
          <Button size="small" aria-label={keysText.page.endSessionOf(session.id)} disabledReason={reason} onClick={() => setAsked(session)}>
            {keysText.page.endSession}
          </Button>
        ) : null,
    },
  ]
  return (
    <div className="flex flex-col gap-3">
      <p className="text-sm text-ink-soft">{keysText.page.mintedWith}</p>
      <Table caption={keysText.page.sessions} columns={columns} rows={list.items} rowKey={({ id }) => id} isDim={({ status }) => status !== 'live'} />
      <LoadMore list={list} />
      {asked !== null && <EndSession org={org} keyId={key.id} session={asked} onClose={() => setAsked(null)} />}
    </div>
  )
}

function EndSession({ org, keyId, session, onClose }: { org: string; keyId: string; session: Session; onClose: () => void }) {
  const end = useCommand('sessions.end')
  if (end.isSuccess) {
    return (
      <Dialog open onOpenChange={onClose} title={session.id}>
        <PropagationNote propagation={(end.data as { propagation?: Propagation }).propagation} title={keysText.page.sessionEnded} />
        <FormActions>
          <Button variant="primary" onClick={onClose}>
            {text.close}
          </Button>
        </FormActions>
      </Dialog>
    )
  }
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={keysText.page.endSessionTitle}
      confirmLabel={keysText.page.endSession}
      danger
      onConfirm={() => end.mutate({ org, key: keyId, session: session.id, call: { confirm: true } })}
      loading={end.isPending}
      error={end.error}
    >
      <p className="text-sm text-ink-soft">
        <Mono>{session.id}</Mono>
      </p>
      <p className="text-sm text-ink-soft">{keysText.page.endSessionEffect}</p>
    </ConfirmDialog>
  )
}
