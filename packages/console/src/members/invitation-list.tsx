import { MailPlus, MoreHorizontal, RotateCw, Undo2 } from 'lucide-react'
import { useState } from 'react'
import { type Item, useCommand, useList } from '../api/hooks.ts'
import { roleIn, useSignedIn } from '../api/person.ts'
import { useNow } from '../ui/use-now.ts'
import { useSearch } from '../hooks/use-search.ts'
import { pathTo } from '../paths.ts'
import { text } from '../text/common.ts'
import { membersText } from '../text/members.ts'
import { StatusPill } from '../ui/badge.tsx'
import { IconButton } from '../ui/button.tsx'
import { ConfirmDialog } from '../ui/confirm-dialog.tsx'
import { Select } from '../ui/input.tsx'
import { TextLink } from '../ui/link.tsx'
import { Menu } from '../ui/menu.tsx'
import { EmptyState, ErrorState, ListSkeleton } from '../ui/states.tsx'
import { LoadMore, Table } from '../ui/table.tsx'
import { Time } from '../ui/time.tsx'
import { toast } from '../ui/toast.tsx'
import { pastTime } from '../util/time.ts'
import { refusalToGrant, roleName } from './roles.ts'

type Invitation = Item<'invitations.list'>

/** Who was invited. @param org null: to be an operator. */
export function InvitationList({ org }: { org: string | null }) {
  const { invitations } = membersText
  const [{ show }, setSearch] = useSearch('show')
  const shown = show === 'all' || show === 'expired' ? show : 'pending'
  const input = { limit: 100, ...(shown === 'all' ? {} : { status: shown as 'pending' | 'expired' }) }
  const ofOrganization = useList('invitations.list', { org: org ?? '', ...input }, { enabled: org !== null, keepPrevious: true })
  const ofOperators = useList('operator-invitations.list', input, { enabled: org === null, keepPrevious: true })
  const list = org === null ? ofOperators : ofOrganization
  if (list.error !== null && list.items === undefined) return <ErrorState error={list.error} onRetry={list.reload} />
  return (
    <div className="flex flex-col gap-3">
      <Select
        aria-label={invitations.filter}
        className="w-40"
        value={shown}
        onValueChange={(value) => setSearch({ show: value === 'pending' ? '' : value })}
        choices={[
          { value: 'pending', label: invitations.open },
          { value: 'expired', label: text.statuses['expired'] as string },
          { value: 'all', label: invitations.all },
        ]}
      />
      {list.items === undefined ? <ListSkeleton rows={2} /> : <Rows org={org} shown={shown} items={list.items} />}
      <LoadMore list={list} />
    </div>
  )
}

function Rows({ org, shown, items }: { org: string | null; shown: 'pending' | 'expired' | 'all'; items: readonly Invitation[] }) {
  const { invitations } = membersText
  const me = useSignedIn()
  const mine = org === null ? 'operator' : roleIn(me, org)
  const resend = useResend(org)
  const [withdrawing, setWithdrawing] = useState<Invitation | null>(null)
  if (items.length === 0) {
    return (
      <EmptyState icon={<MailPlus />} title={invitations.empty[shown]}>
        {invitations.emptyHint}
      </EmptyState>
    )
  }
  return (
    <>
      <Table
        caption={invitations.list}
        rows={items}
        rowKey={({ id }) => id}
        isDim={({ status }) => status !== 'pending'}
        columns={[
          { id: 'email', header: invitations.columns.email, primary: true, cell: ({ email }) => <span className="break-all">{email}</span> },
          { id: 'role', header: invitations.columns.role, cell: ({ role }) => roleName(role) },
          { id: 'state', header: invitations.columns.state, cell: (invitation) => <State invitation={invitation} toOutbox={me.operator} /> },
          { id: 'by', header: invitations.columns.invitedBy, cell: ({ invitedBy }) => invitedBy.name ?? invitedBy.id },
          { id: 'expires', header: invitations.columns.expires, cell: ({ expiresAt }) => <Time at={expiresAt} ahead /> },
          {
            id: 'commands',
            header: invitations.columns.commands,
            headerHidden: true,
            align: 'right',
            cell: (invitation) => {
              const over = invitation.status === 'pending' || invitation.status === 'expired' ? undefined : invitations.isOver
              const refusal = over ?? refusalToGrant(mine, invitation.role)
              return (
                <Menu
                  trigger={
                    <IconButton label={invitations.commandsOf(invitation.email)}>
                      <MoreHorizontal aria-hidden="true" className="size-4" />
                    </IconButton>
                  }
                  items={[
                    {
                      label: invitations.resend,
                      icon: <RotateCw aria-hidden="true" className="size-4 shrink-0" />,
                      disabledReason: refusal,
                      onSelect: () => resend(invitation.id),
                    },
                    {
                      label: invitations.withdraw,
                      icon: <Undo2 aria-hidden="true" className="size-4 shrink-0" />,
                      danger: true,
                      disabledReason: invitation.status === 'pending' ? refusal : invitations.isOver,
                      onSelect: () => setWithdrawing(invitation),
                    },
                  ]}
                />
              )
            },
          },
        ]}
      />
      <Withdraw org={org} invitation={withdrawing} onClose={() => setWithdrawing(null)} />
    </>
  )
}

/** What became of it and, while it waits, of its mail. */
function State({ invitation, toOutbox }: { invitation: Invitation; toOutbox: boolean }) {
  const now = useNow()
  const { delivery } = membersText.invitations
  if (invitation.status !== 'pending') return <StatusPill status={invitation.status} />
  const mail = invitation.delivery === 'sent' ? delivery.sent(pastTime(Date.parse(invitation.sentAt), now)) : delivery[invitation.delivery]
  const bad = invitation.delivery === 'kept' || invitation.delivery === 'failed'
  return (
    <span className="flex flex-col gap-0.5">
      <span>
        <StatusPill status={invitation.status} />
      </span>
      <span className={bad ? 'text-xs text-warning-ink' : 'text-xs text-ink-faint'}>
        {mail} {bad && toOutbox && <TextLink to={pathTo('outbox')}>{membersText.invitations.toOutbox}</TextLink>}
      </span>
    </span>
  )
}

function useResend(org: string | null): (invitation: string) => void {
  const { invitations } = membersText
  const onSuccess = ({ email, delivery }: Invitation): void => toast(invitations.resent(email), delivery === 'kept' ? { description: invitations.keptNow } : {})
  const ofOrganization = useCommand('invitations.resend', { onSuccess })
  const ofOperators = useCommand('operator-invitations.resend', { onSuccess })
  const failed = { onError: (error: Error) => toast(error.message, { tone: 'danger' }) }
  return (invitation) => (org === null ? ofOperators.mutate({ invitation }, failed) : ofOrganization.mutate({ org, invitation }, failed))
}

function Withdraw({ org, invitation, onClose }: { org: string | null; invitation: Invitation | null; onClose: () => void }) {
  const { invitations } = membersText
  const onSuccess = ({ email }: Invitation): void => {
    toast(invitations.withdrawn(email))
    onClose()
  }
  const ofOrganization = useCommand('invitations.withdraw', { onSuccess })
  const ofOperators = useCommand('operator-invitations.withdraw', { onSuccess })
  const command = org === null ? ofOperators : ofOrganization
  const close = (): void => {
    command.reset()
    onClose()
  }
  return (
    <ConfirmDialog
      open={invitation !== null}
      onOpenChange={(open) => !open && close()}
      title={invitations.withdrawTitle(invitation?.email ?? '')}
      confirmLabel={invitations.withdraw}
      danger
      loading={command.isPending}
      error={command.error}
      onConfirm={() => {
        if (invitation === null) return
        if (org === null) ofOperators.mutate({ invitation: invitation.id })
        else ofOrganization.mutate({ org, invitation: invitation.id })
      }}
    >
      <p className="text-sm text-ink-soft">{invitations.withdrawImpact}</p>
    </ConfirmDialog>
  )
}
