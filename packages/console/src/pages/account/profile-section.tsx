import { useState } from 'react'
import type { Person } from '../../api/contract.ts'
import { useCommand } from '../../api/hooks.ts'
import { text } from '../../text/common.ts'
import { accountText } from '../../text/account.ts'
import { Button } from '../../ui/button.tsx'
import { Field } from '../../ui/field.tsx'
import { Form, FormActions } from '../../ui/form.tsx'
import { Input } from '../../ui/input.tsx'
import { Section } from '../../ui/layout.tsx'
import { toast } from '../../ui/toast.tsx'

const said = accountText.account

export function ProfileSection({ person }: { person: Person }) {
  const [name, setName] = useState(person.name)
  const update = useCommand('me.update', { onSuccess: () => toast(said.saved) })
  return (
    <Section title={said.profile}>
      <Form error={update.error} onSubmit={() => !update.isPending && update.mutate({ name })}>
        <div className="grid gap-5 sm:grid-cols-2">
          <Field label={said.name} name="name" hint={said.nameHint} required>
            <Input autoComplete="name" value={name} onValueChange={setName} />
          </Field>
          <Field label={said.email} hint={said.emailHint}>
            <Input type="email" value={person.email} readOnly />
          </Field>
        </div>
        {name !== person.name && (
          <FormActions>
            <Button type="submit" variant="primary" loading={update.isPending}>
              {text.save}
            </Button>
            <Button variant="ghost" onClick={() => setName(person.name)}>
              {text.cancel}
            </Button>
          </FormActions>
        )}
      </Form>
    </Section>
  )
}
