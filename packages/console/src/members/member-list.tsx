import type { Role } from '@keywright/core/permissions.ts'
import { LogOut, MoreHorizontal, ShieldCheck, ShieldOff, UserCog, UserMinus, Users } from 'lucide-react'
import { useState } from 'react'
import { type Item, useList } from '../api/hooks.ts'
import { roleIn, useSignedIn } from '../api/person.ts'
import { usePermission } from '../hooks/use-permission.ts'
import { membersText } from '../text/members.ts'
import { Badge } from '../ui/badge.tsx'
import { IconButton } from '../ui/button.tsx'
import { Menu, type MenuItem } from '../ui/menu.tsx'
import { EmptyState, ErrorState, ListSkeleton } from '../ui/states.tsx'
import { LoadMore, Table } from '../ui/table.tsx'
import { Time } from '../ui/time.tsx'
import { LeaveDialog } from './leave-dialog.tsx'
import { RemoveMemberDialog } from './remove-member-dialog.tsx'
import { RoleDialog } from './role-dialog.tsx'
import { TakeSecondFactorDialog } from './take-second-factor-dialog.tsx'
import { refusalToGrant, roleName } from './roles.ts'

export type Member = Item<'members.list'>
type Doing = { what: 'role' | 'remove' | 'leave' | 'second-factor'; member: Member }

/** @param onInvite what the empty list offers; left out where nobody can be invited from here. */
export function MemberList({ org, organizationName, onInvite }: { org: string; organizationName: string; onInvite?: () => void }) {
  const me = useSignedIn()
  const mine = roleIn(me, org)
  const manage = usePermission(org, 'members:manage')
  const list = useList('members.list', { org, limit: 100 })
  const [doing, setDoing] = useState<Doing | null>(null)
  if (list.error !== null && list.items === undefined) return <ErrorState error={list.error} onRetry={list.reload} />
  if (list.items === undefined) return <ListSkeleton />
  const commands = (member: Member): MenuItem[] => commandsFor(member, { mine, mayManage: manage.reason, self: member.person.id === me.id, start: setDoing })
  return (
    <>
      {list.items.length === 0 ? (
        <EmptyState
          icon={<Users />}
          title={membersText.empty}
          action={onInvite !== undefined && manage.allowed ? <InviteFirst onInvite={onInvite} /> : undefined}
        >
          {membersText.emptyHint}
        </EmptyState>
      ) : (
        <Table
          caption={membersText.list}
          rows={list.items}
          rowKey={({ id }) => id}
          columns={[
            { id: 'person', header: membersText.columns.person, primary: true, cell: (member) => <Person member={member} self={member.person.id === me.id} /> },
            { id: 'role', header: membersText.columns.role, cell: ({ role }) => roleName(role) },
            { id: 'second-factor', header: membersText.columns.secondFactor, cell: ({ secondFactor }) => <SecondFactor on={secondFactor} /> },
            { id: 'seen', header: membersText.columns.lastSeen, cell: ({ lastSeenAt }) => <Time at={lastSeenAt} fallback={membersText.neverSeen} /> },
            { id: 'joined', header: membersText.columns.joined, cell: ({ createdAt }) => <Time at={createdAt} day /> },
            {
              id: 'commands',
              header: membersText.columns.commands,
              headerHidden: true,
              align: 'right',
              cell: (member) => (
                <Menu
                  trigger={
                    <IconButton label={membersText.commandsOf(member.person.name)}>
                      <MoreHorizontal aria-hidden="true" className="size-4" />
                    </IconButton>
                  }
                  items={commands(member)}
                />
              ),
            },
          ]}
        />
      )}
      <LoadMore list={list} />
      <RoleDialog
        org={org}
        mine={mine}
        self={doing?.member.person.id === me.id}
        member={doing?.what === 'role' ? doing.member : null}
        onClose={() => setDoing(null)}
      />
      <RemoveMemberDialog
        org={org}
        organizationName={organizationName}
        member={doing?.what === 'remove' ? doing.member : null}
        onClose={() => setDoing(null)}
      />
      <TakeSecondFactorDialog person={doing?.what === 'second-factor' ? doing.member.person : null} onClose={() => setDoing(null)} />
      <LeaveDialog org={org} organizationName={organizationName} member={doing?.what === 'leave' ? doing.member : null} onClose={() => setDoing(null)} />
    </>
  )
}

function commandsFor(
  member: Member,
  { mine, mayManage, self, start }: { mine: Role | null; mayManage: string | undefined; self: boolean; start: (doing: Doing) => void },
): MenuItem[] {
  const refusal = mayManage ?? refusalToGrant(mine, member.role)
  const icon = 'size-4 shrink-0'
  return [
    {
      label: membersText.changeRole,
      icon: <UserCog aria-hidden="true" className={icon} />,
      disabledReason: refusal,
      onSelect: () => start({ what: 'role', member }),
    },
    ...(mine === 'operator' ? [secondFactorCommand(member, self, () => start({ what: 'second-factor', member }))] : []),
    { kind: 'separator' },
    self
      ? { label: membersText.leave, icon: <LogOut aria-hidden="true" className={icon} />, danger: true, onSelect: () => start({ what: 'leave', member }) }
      : {
          label: membersText.remove,
          icon: <UserMinus aria-hidden="true" className={icon} />,
          danger: true,
          disabledReason: refusal,
          onSelect: () => start({ what: 'remove', member }),
        },
  ]
}

/** Operators alone help somebody who has lost the authenticator. */
export function secondFactorCommand({ secondFactor }: Pick<Member, 'secondFactor'>, self: boolean, onSelect: () => void): MenuItem {
  const { command, none, own } = membersText.lostSecondFactor
  return {
    label: command,
    icon: <ShieldOff aria-hidden="true" className="size-4 shrink-0" />,
    disabledReason: self ? own : secondFactor ? undefined : none,
    onSelect,
  }
}

function Person({ member: { person }, self }: { member: Member; self: boolean }) {
  return (
    <div className="min-w-0">
      <span className="flex flex-wrap items-center gap-x-2">
        {person.name}
        {self && <Badge>{membersText.you}</Badge>}
      </span>
      <span className="block text-xs font-normal break-all text-ink-faint">{person.email}</span>
    </div>
  )
}

export function SecondFactor({ on }: { on: boolean }) {
  return on ? (
    <span className="inline-flex items-center gap-1.5">
      <ShieldCheck aria-hidden="true" className="size-4 text-success-ink" />
      {membersText.secondFactorOn}
    </span>
  ) : (
    <span className="text-ink-faint">{membersText.secondFactorOff}</span>
  )
}

function InviteFirst({ onInvite }: { onInvite: () => void }) {
  return (
    <button type="button" className="text-sm font-medium text-accent-ink underline underline-offset-2" onClick={onInvite}>
      {membersText.invite}
    </button>
  )
}
