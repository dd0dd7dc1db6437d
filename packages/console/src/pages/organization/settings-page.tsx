import type { FieldError } from '@keywright/core/problem-code.ts'
import { useState } from 'react'
import { etagOf } from '../../api/call.ts'
import type { Answer } from '../../api/contract.ts'
import { useCommand, useRead } from '../../api/hooks.ts'
import { CredentialList } from '../../credentials/credential-list.tsx'
import { useParameter } from '../../hooks/use-parameter.ts'
import { usePermission } from '../../hooks/use-permission.ts'
import { settingsText } from '../../text/settings.ts'
import { Button } from '../../ui/button.tsx'
import { Field } from '../../ui/field.tsx'
import { Form, FormActions } from '../../ui/form.tsx'
import { Input, Textarea } from '../../ui/input.tsx'
import { KeyValue, PageHeader, Section } from '../../ui/layout.tsx'
import { Mono } from '../../ui/mono.tsx'
import { Problem } from '../../ui/problem.tsx'
import { ErrorState, ForbiddenState, ListSkeleton } from '../../ui/states.tsx'
import { toast } from '../../ui/toast.tsx'
import { addressesIn, wrongAddresses } from '../../util/email.ts'

type Organization = Answer<'organizations.get'>

export function Page() {
  const org = useParameter('org')
  const organization = useRead('organizations.get', { org })
  const read = usePermission(org, 'credentials:read')
  const manage = usePermission(org, 'credentials:manage')
  return (
    <>
      <PageHeader title={settingsText.title} description={settingsText.description} />
      {organization.error !== null && organization.data === undefined ? (
        <ErrorState error={organization.error} onRetry={() => void organization.refetch()} />
      ) : organization.data === undefined ? (
        <ListSkeleton />
      ) : (
        <div className="flex flex-col gap-5">
          <General key={organization.data.id} org={org} organization={organization.data} onReload={async () => (await organization.refetch()).data} />
          <Plan organization={organization.data} />
          {read.allowed ? (
            <CredentialList
              kind="organization"
              org={org}
              title={settingsText.managementKeys.title}
              description={settingsText.managementKeys.description}
              refusal={manage.reason}
            />
          ) : (
            <Section title={settingsText.managementKeys.title} description={settingsText.managementKeys.description}>
              <ForbiddenState>{read.reason}</ForbiddenState>
            </Section>
          )}
        </div>
      )}
    </>
  )
}

function General({ org, organization, onReload }: { org: string; organization: Organization; onReload: () => Promise<Organization | undefined> }) {
  const { general } = settingsText
  const update = usePermission(org, 'organization:update')
  const [base, setBase] = useState(organization)
  const [name, setName] = useState(organization.name)
  const [contacts, setContacts] = useState(organization.contacts.join('\n'))
  const [mistakes, setMistakes] = useState<readonly FieldError[]>([])
  const adopt = async (): Promise<void> => {
    const fresh = await onReload()
    if (fresh === undefined) return
    setBase(fresh)
    setName(fresh.name)
    setContacts(fresh.contacts.join('\n'))
  }
  const save = useCommand('organizations.update', {
    onSuccess: () => {
      toast(general.saved)
      // The answer is the newest state; reading it again gives its tag.
      void adopt()
    },
  })
  const reload = async (): Promise<void> => {
    await adopt()
    save.reset()
  }
  const stale = save.error?.code === 'precondition_failed'
  const submit = (): void => {
    const wrong = wrongAddresses(contacts)
    const found = [
      ...(name.trim() === '' ? [{ path: 'name', code: 'required', message: general.nameMissing }] : []),
      ...(wrong.length === 0 ? [] : [{ path: 'contacts', code: 'invalid', message: general.contactsWrong(wrong) }]),
    ]
    setMistakes(found)
    if (found.length === 0) save.mutate({ org, name: name.trim(), contacts: addressesIn(contacts), call: { ifMatch: etagOf(base) } })
  }
  return (
    <Section title={general.title}>
      <Form error={stale ? null : save.error} errors={mistakes} onSubmit={submit} className="max-w-xl">
        {stale && save.error !== null && <Problem error={save.error} onReload={() => void reload()} />}
        <Field label={general.name} name="name" required>
          <Input value={name} onValueChange={setName} maxLength={100} readOnly={!update.allowed} />
        </Field>
        <Field label={general.contacts} name="contacts" hint={general.contactsHint} optional>
          <Textarea rows={3} value={contacts} onValueChange={setContacts} readOnly={!update.allowed} spellCheck={false} inputMode="email" />
        </Field>
        <FormActions>
          <Button type="submit" variant="primary" loading={save.isPending} disabledReason={update.reason}>
            {general.save}
          </Button>
        </FormActions>
      </Form>
    </Section>
  )
}

/** What is the operator's to change. */
function Plan({ organization }: { organization: Organization }) {
  const { plan } = settingsText
  const options = useRead('sign-in.options', {})
  const support = options.data?.supportContact ?? null
  const names = (list: readonly string[]) =>
    list.length === 0 ? (
      <span className="text-ink-faint">{plan.none}</span>
    ) : (
      <span className="flex flex-wrap gap-x-3 gap-y-1">
        {list.map((each) => (
          <Mono key={each}>{each}</Mono>
        ))}
      </span>
    )
  return (
    <Section title={plan.title} description={support === null ? plan.description : `${plan.description} ${plan.ask(support)}`}>
      <KeyValue
        entries={[
          { label: plan.slug, value: <Mono>{organization.slug}</Mono> },
          { label: plan.aliases, value: names(organization.aliases) },
          { label: plan.environments, value: names(organization.environments) },
          { label: plan.entitlements, value: names(organization.entitlements) },
          { label: plan.id, value: <Mono className="text-ink-faint">{organization.id}</Mono> },
        ]}
      />
    </Section>
  )
}
