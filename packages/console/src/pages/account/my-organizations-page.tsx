import { Building2, Plus } from 'lucide-react'
import { useState } from 'react'
import { NewOrganizationDialog } from './new-organization-dialog.tsx'
import { PendingInvitations } from './pending-invitations.tsx'
import type { Membership } from '../../api/contract.ts'
import { useCommand } from '../../api/hooks.ts'
import { useSignedIn } from '../../api/person.ts'
import { pathTo } from '../../paths.ts'
import { text } from '../../text/common.ts'
import { accountText } from '../../text/account.ts'
import { Banner } from '../../ui/banner.tsx'
import { StatusPill } from '../../ui/badge.tsx'
import { Button, ButtonLink } from '../../ui/button.tsx'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { PageHeader } from '../../ui/layout.tsx'
import { Link } from '../../ui/link.tsx'
import { EmptyState } from '../../ui/states.tsx'
import { Table, type Column } from '../../ui/table.tsx'
import { toast } from '../../ui/toast.tsx'

const said = accountText.organizations

export function Page() {
  const person = useSignedIn()
  const [creating, setCreating] = useState(false)
  const [leaving, setLeaving] = useState<Membership | null>(null)
  const create = (
    <Button variant="primary" icon={<Plus aria-hidden="true" className="size-4" />} onClick={() => setCreating(true)}>
      {said.create}
    </Button>
  )
  const columns: Column<Membership>[] = [
    {
      id: 'organization',
      header: said.organization,
      primary: true,
      cell: ({ organization: { slug, name } }) => (
        <Link to={pathTo('organization', { org: slug })} className="font-medium after:absolute after:inset-0 hover:text-accent-ink sm:after:hidden">
          {name}
          <span className="ml-2 font-normal text-ink-faint">{slug}</span>
        </Link>
      ),
    },
    { id: 'role', header: said.role, cell: ({ role }) => text.roles[role] ?? role },
    { id: 'status', header: said.status, cell: ({ organization: { status } }) => <StatusPill status={status} /> },
    {
      id: 'commands',
      header: said.open,
      headerHidden: true,
      align: 'right',
      cell: (membership) => (
        <span className="relative z-10 inline-flex gap-2">
          <Button variant="ghost" size="small" aria-label={`${said.leave} ${membership.organization.name}`} onClick={() => setLeaving(membership)}>
            {said.leave}
          </Button>
        </span>
      ),
    },
  ]
  return (
    <>
      <PageHeader title={said.title} description={said.lead} actions={person.mayCreateOrganizations ? create : undefined} />
      <div className="flex flex-col gap-8">
        {person.pendingInvitations > 0 && <PendingInvitations />}
        {person.memberships.length === 0 ? (
          <EmptyState
            icon={<Building2 />}
            title={said.emptyTitle}
            action={person.operator ? <ButtonLink to={pathTo('operatorOrganizations')}>{said.allOrganizations}</ButtonLink> : undefined}
          >
            {person.operator ? said.emptyOperator : person.mayCreateOrganizations ? said.emptyCreator : said.empty}
          </EmptyState>
        ) : (
          <Table caption={said.caption} columns={columns} rows={person.memberships} rowKey={({ member }) => member} />
        )}
      </div>
      {creating && <NewOrganizationDialog onClose={() => setCreating(false)} />}
      {leaving !== null && <LeaveDialog membership={leaving} onClose={() => setLeaving(null)} />}
    </>
  )
}

function LeaveDialog({ membership: { member, organization }, onClose }: { membership: Membership; onClose: () => void }) {
  const leave = useCommand('members.remove', {
    onSuccess: () => {
      toast(said.left(organization.name))
      onClose()
    },
  })
  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      title={said.leaveTitle(organization.name)}
      impact={<Banner tone="warning">{said.leaveImpact}</Banner>}
      confirmLabel={said.leave}
      danger
      loading={leave.isPending}
      error={leave.error}
      onConfirm={() => leave.mutate({ org: organization.slug, member })}
    />
  )
}
