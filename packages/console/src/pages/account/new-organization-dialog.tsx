import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useCommand } from '../../api/hooks.ts'
import { pathTo } from '../../paths.ts'
import { text } from '../../text/common.ts'
import { accountText } from '../../text/account.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Field } from '../../ui/field.tsx'
import { Form, FormActions } from '../../ui/form.tsx'
import { Input } from '../../ui/input.tsx'
import { toast } from '../../ui/toast.tsx'
import { slugOf } from '../../util/slug.ts'

const said = accountText.newOrganization

export function NewOrganizationDialog({ onClose }: { onClose: () => void }) {
  const navigate = useNavigate()
  const [name, setName] = useState('')
  /** Follows the name until somebody types one. */
  const [typed, setTyped] = useState<string | null>(null)
  const slug = typed ?? slugOf(name)
  const create = useCommand('organizations.create', {
    onSuccess: (organization) => {
      toast(said.created(organization.name))
      onClose()
      void navigate({ to: pathTo('organization', { org: organization.slug }) as never })
    },
  })
  return (
    <Dialog open onOpenChange={onClose} title={said.title} description={said.lead}>
      <Form error={create.error} onSubmit={() => !create.isPending && create.mutate({ slug, name: name.trim() })}>
        <Field label={said.name} name="name" hint={said.nameHint} required>
          <Input value={name} onValueChange={setName} autoComplete="organization" />
        </Field>
        <Field label={said.slug} name="slug" hint={said.slugHint} required>
          <Input mono value={slug} onValueChange={setTyped} autoComplete="off" spellCheck={false} />
        </Field>
        <FormActions>
          <Button type="submit" variant="primary" loading={create.isPending}>
            {said.submit}
          </Button>
          <Button variant="ghost" onClick={onClose}>
            {text.cancel}
          </Button>
        </FormActions>
      </Form>
    </Dialog>
  )
}
