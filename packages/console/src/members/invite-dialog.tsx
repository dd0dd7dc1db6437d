import type { OrganizationRole } from '@keywright/core/permissions.ts'
import type { FieldError } from '@keywright/core/problem-code.ts'
import { useState } from 'react'
import { useCommand } from '../api/hooks.ts'
import { roleIn, useSignedIn } from '../api/person.ts'
import { text } from '../text/common.ts'
import { membersText } from '../text/members.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Field } from '../ui/field.tsx'
import { Form, FormActions } from '../ui/form.tsx'
import { Input } from '../ui/input.tsx'
import { toast } from '../ui/toast.tsx'
import { isEmail } from '../util/email.ts'
import { RolePicker } from './role-picker.tsx'

interface Props {
  org: string
  organizationName: string
  open: boolean
  onOpenChange: (open: boolean) => void
  onInvited?: () => void
  /** Chosen at first, e.g. owner for an organization that has none. */
  role?: OrganizationRole
}

export function InviteDialog(props: Props) {
  return (
    <Dialog
      open={props.open}
      onOpenChange={props.onOpenChange}
      title={membersText.inviting.title}
      description={membersText.inviting.description(props.organizationName)}
    >
      {props.open && <Invite {...props} />}
    </Dialog>
  )
}

function Invite({ org, onOpenChange, onInvited, role: first }: Props) {
  const { inviting, invitations } = membersText
  const mine = roleIn(useSignedIn(), org)
  const [email, setEmail] = useState('')
  const [role, setRole] = useState<OrganizationRole | null>(first ?? null)
  const [mistakes, setMistakes] = useState<readonly FieldError[]>([])
  const invite = useCommand('invitations.create', {
    onSuccess: (invitation) => {
      toast(inviting.sent(invitation.email), invitation.delivery === 'kept' ? { description: invitations.keptNow } : {})
      onOpenChange(false)
      onInvited?.()
    },
  })
  const submit = (): void => {
    // Both are told at once: the address by the server's rule, which is core's.
    const found = [
      ...(isEmail(email) ? [] : [{ path: 'email', code: 'invalid', message: inviting.emailWrong }]),
      ...(role === null ? [{ path: 'role', code: 'required', message: inviting.chooseRole }] : []),
    ]
    setMistakes(found)
    if (found.length === 0 && role !== null) invite.mutate({ org, email: email.trim(), role })
  }
  return (
    <Form error={invite.error} errors={mistakes} onSubmit={submit}>
      <Field label={inviting.email} name="email" required>
        <Input type="email" inputMode="email" autoComplete="off" value={email} onValueChange={setEmail} />
      </Field>
      <RolePicker mine={mine} value={role} label={inviting.role} onValueChange={setRole} />
      <FormActions>
        <Button type="submit" variant="primary" loading={invite.isPending}>
          {inviting.send}
        </Button>
        <Button variant="ghost" onClick={() => onOpenChange(false)}>
          {text.cancel}
        </Button>
      </FormActions>
    </Form>
  )
}
