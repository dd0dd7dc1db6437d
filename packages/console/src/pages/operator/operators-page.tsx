import type { FieldError } from '@keywright/core/problem-code.ts'
import { MoreHorizontal, UserMinus, UserPlus } from 'lucide-react'
import { useState } from 'react'
import { type Item, useCommand, useList } from '../../api/hooks.ts'
import { useSignedIn } from '../../api/person.ts'
import { InvitationList } from '../../members/invitation-list.tsx'
import { SecondFactor, secondFactorCommand } from '../../members/member-list.tsx'
import { TakeSecondFactorDialog } from '../../members/take-second-factor-dialog.tsx'
import { OperatorsOnly } from '../../operator/operators-only.tsx'
import { text } from '../../text/common.ts'
import { membersText } from '../../text/members.ts'
import { operatorsText } from '../../text/operator.ts'
import { Badge } from '../../ui/badge.tsx'
import { Banner } from '../../ui/banner.tsx'
import { Button, IconButton } from '../../ui/button.tsx'
import { ConfirmCommand } from '../../ui/confirm-dialog.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Field } from '../../ui/field.tsx'
import { Form, FormActions } from '../../ui/form.tsx'
import { Input } from '../../ui/input.tsx'
import { PageHeader, Section } from '../../ui/layout.tsx'
import { Menu } from '../../ui/menu.tsx'
import { ErrorState, ListSkeleton } from '../../ui/states.tsx'
import { LoadMore, Table } from '../../ui/table.tsx'
import { Time } from '../../ui/time.tsx'
import { toast } from '../../ui/toast.tsx'
import { isEmail } from '../../util/email.ts'

type Operator = Item<'operators.list'>

export function Page() {
  const [inviting, setInviting] = useState(false)
  return (
    <OperatorsOnly>
      <PageHeader
        title={operatorsText.title}
        description={operatorsText.description}
        actions={
          <Button variant="primary" icon={<UserPlus aria-hidden="true" className="size-4" />} onClick={() => setInviting(true)}>
            {operatorsText.invite}
          </Button>
        }
      />
      <div className="flex flex-col gap-5">
        <Operators />
        <Section title={operatorsText.invitations}>
          <InvitationList org={null} />
        </Section>
      </div>
      <Dialog open={inviting} onOpenChange={setInviting} title={operatorsText.invitingTitle} description={operatorsText.invitingHint}>
        {inviting && <Invite onClose={() => setInviting(false)} />}
      </Dialog>
    </OperatorsOnly>
  )
}

function Operators() {
  const me = useSignedIn()
  const list = useList('operators.list', { limit: 100 })
  const [removing, setRemoving] = useState<Operator | null>(null)
  const [lost, setLost] = useState<Operator | null>(null)
  const remove = useCommand('operators.remove', {
    onSuccess: ({ member }) => {
      toast(operatorsText.removed(member.person.name))
      setRemoving(null)
    },
  })
  if (list.items === undefined) return list.error === null ? <ListSkeleton rows={2} /> : <ErrorState error={list.error} onRetry={list.reload} />
  const { columns } = membersText
  return (
    <>
      <Table<Operator>
        caption={operatorsText.list}
        rows={list.items}
        rowKey={({ id }) => id}
        columns={[
          {
            id: 'person',
            header: columns.person,
            primary: true,
            cell: ({ person }) => (
              <>
                <span className="flex items-center gap-2">
                  {person.name}
                  {person.id === me.id && <Badge>{membersText.you}</Badge>}
                </span>
                <span className="block text-xs font-normal break-all text-ink-faint">{person.email}</span>
              </>
            ),
          },
          { id: 'second-factor', header: columns.secondFactor, cell: ({ secondFactor }) => <SecondFactor on={secondFactor} /> },
          { id: 'seen', header: columns.lastSeen, cell: ({ lastSeenAt }) => <Time at={lastSeenAt} fallback={membersText.neverSeen} /> },
          { id: 'joined', header: columns.joined, cell: ({ createdAt }) => <Time at={createdAt} day /> },
          {
            id: 'commands',
            header: columns.commands,
            headerHidden: true,
            align: 'right',
            cell: (operator) => (
              <Menu
                trigger={
                  <IconButton label={operatorsText.commandsOf(operator.person.name)}>
                    <MoreHorizontal aria-hidden="true" className="size-4" />
                  </IconButton>
                }
                items={[
                  secondFactorCommand(operator, operator.person.id === me.id, () => setLost(operator)),
                  { kind: 'separator' },
                  {
                    label: operatorsText.remove,
                    icon: <UserMinus aria-hidden="true" className="size-4 shrink-0" />,
                    danger: true,
                    onSelect: () => setRemoving(operator),
                  },
                ]}
              />
            ),
          },
        ]}
      />
      <LoadMore list={list} />
      <TakeSecondFactorDialog person={lost?.person ?? null} onClose={() => setLost(null)} />
      <ConfirmCommand
        open={removing !== null}
        command={remove}
        onClose={() => setRemoving(null)}
        title={operatorsText.removeTitle(removing?.person.name ?? '')}
        impact={<Banner tone="warning">{operatorsText.removeImpact}</Banner>}
        confirmLabel={operatorsText.remove}
        danger
        onConfirm={() => removing !== null && remove.mutate({ member: removing.id })}
      />
    </>
  )
}

function Invite({ onClose }: { onClose: () => void }) {
  const [email, setEmail] = useState('')
  const [mistakes, setMistakes] = useState<readonly FieldError[]>([])
  const invite = useCommand('operator-invitations.create', {
    onSuccess: (invitation) => {
      toast(operatorsText.sent(invitation.email), invitation.delivery === 'kept' ? { description: membersText.invitations.keptNow } : {})
      onClose()
    },
  })
  const submit = (): void => {
    const found = isEmail(email) ? [] : [{ path: 'email', code: 'invalid', message: operatorsText.emailWrong }]
    setMistakes(found)
    if (found.length === 0) invite.mutate({ email: email.trim() })
  }
  return (
    <Form error={invite.error} errors={mistakes} onSubmit={submit}>
      <Field label={operatorsText.email} name="email" required>
        <Input type="email" inputMode="email" autoComplete="off" value={email} onValueChange={setEmail} />
      </Field>
      <FormActions>
        <Button type="submit" variant="primary" loading={invite.isPending}>
          {operatorsText.send}
        </Button>
        <Button variant="ghost" onClick={onClose}>
          {text.cancel}
        </Button>
      </FormActions>
    </Form>
  )
}
