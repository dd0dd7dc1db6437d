import type { FieldError } from '@keywright/core/problem-code.ts'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { call, isKeywrightError } from '../api/call.ts'
import { useCommand } from '../api/hooks.ts'
import { pathTo } from '../paths.ts'
import { text } from '../text/common.ts'
import { organizationsText } from '../text/organizations.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Field } from '../ui/field.tsx'
import { Form, FormActions } from '../ui/form.tsx'
import { Input } from '../ui/input.tsx'
import { toast } from '../ui/toast.tsx'
import { addressesIn } from '../util/email.ts'
import { nameValues } from '../util/name-values.ts'
import { aliasesIn, mistakesOf, newDraft, type OrganizationDraft, requestOf } from './draft.ts'
import { OrganizationFields, useInstallationNames } from './organization-fields.tsx'

export function CreateOrganizationDialog({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const names = useInstallationNames()
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title={organizationsText.form.createTitle} wide>
      {open && names !== null && <Create environments={names.environments} onClose={() => onOpenChange(false)} />}
    </Dialog>
  )
}

function Create({ environments, onClose }: { environments: readonly string[]; onClose: () => void }) {
  const { form } = organizationsText
  const navigate = useNavigate()
  const [draft, setDraft] = useState<OrganizationDraft>(newDraft(environments))
  const [mistakes, setMistakes] = useState<readonly FieldError[]>([])
  const create = useCommand('organizations.create', {
    onSuccess: (organization) => {
      toast(form.created(organization.name))
      void inviteOwner(organization.slug, draft.owner.trim()).then(() => {
        onClose()
        return navigate({ to: pathTo('operatorOrganization', { org: organization.slug }) as never })
      })
    },
  })
  const submit = (): void => {
    const found = mistakesOf(draft, true)
    setMistakes(found)
    if (found.length === 0) create.mutate(requestOf(draft))
  }
  return (
    <Form error={nameValues(create.error, { aliases: aliasesIn(draft.aliases), contacts: addressesIn(draft.contacts) })} errors={mistakes} onSubmit={submit}>
      <OrganizationFields draft={draft} onChange={(part) => setDraft((before) => ({ ...before, ...part }))} />
      <Field label={form.owner} name="owner" hint={form.ownerHint} optional>
        <Input type="email" inputMode="email" autoComplete="off" value={draft.owner} onValueChange={(owner) => setDraft((before) => ({ ...before, owner }))} />
      </Field>
      <FormActions>
        <Button type="submit" variant="primary" loading={create.isPending}>
          {form.createSubmit}
        </Button>
        <Button variant="ghost" onClick={onClose}>
          {text.cancel}
        </Button>
      </FormActions>
    </Form>
  )
}

/** The organization exists by then: what goes wrong here is told, and done again on its page. */
async function inviteOwner(org: string, email: string): Promise<void> {
  if (email === '') return
  const { form } = organizationsText
  try {
    await call('invitations.create', { org, email, role: 'owner' })
    toast(form.invited(email))
  } catch (error) {
    if (!isKeywrightError(error)) throw error
    toast(form.notInvited(error.errors[0]?.message ?? error.message), { tone: 'danger' })
  }
}
