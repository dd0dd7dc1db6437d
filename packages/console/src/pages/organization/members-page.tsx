import { UserPlus } from 'lucide-react'
import { useState } from 'react'
import { useRead } from '../../api/hooks.ts'
import { useParameter } from '../../hooks/use-parameter.ts'
import { usePermission } from '../../hooks/use-permission.ts'
import { useSearch } from '../../hooks/use-search.ts'
import { InviteDialog } from '../../members/invite-dialog.tsx'
import { InvitationList } from '../../members/invitation-list.tsx'
import { MemberList } from '../../members/member-list.tsx'
import { membersText } from '../../text/members.ts'
import { Button } from '../../ui/button.tsx'
import { PageHeader } from '../../ui/layout.tsx'
import { ForbiddenState } from '../../ui/states.tsx'
import { Tabs } from '../../ui/tabs.tsx'

/** Who works in the organization, and who was invited. */
export function Page() {
  const org = useParameter('org')
  const organization = useRead('organizations.get', { org })
  const manage = usePermission(org, 'members:manage')
  const [{ tab }, setSearch] = useSearch('tab')
  const [inviting, setInviting] = useState(false)
  const name = organization.data?.name ?? org
  return (
    <>
      <PageHeader
        title={membersText.title}
        description={membersText.description(name)}
        actions={
          <Button variant="primary" icon={<UserPlus aria-hidden="true" className="size-4" />} disabledReason={manage.reason} onClick={() => setInviting(true)}>
            {membersText.invite}
          </Button>
        }
      />
      <Tabs
        label={membersText.tabs.label}
        value={tab === 'invitations' ? 'invitations' : 'members'}
        onValueChange={(value) => setSearch({ tab: value === 'members' ? '' : value })}
        tabs={[
          { value: 'members', label: membersText.tabs.members, content: <MemberList org={org} organizationName={name} onInvite={() => setInviting(true)} /> },
          {
            value: 'invitations',
            label: membersText.tabs.invitations,
            content: manage.allowed ? <InvitationList org={org} /> : <ForbiddenState>{manage.reason}</ForbiddenState>,
          },
        ]}
      />
      <InviteDialog org={org} organizationName={name} open={inviting} onOpenChange={setInviting} onInvited={() => setSearch({ tab: 'invitations' })} />
    </>
  )
}
