import { CAPABILITIES } from '@keywright/core/permissions.ts'
import type { FieldError } from '@keywright/core/problem-code.ts'
import type { KeywrightError } from '@keywright/sdk/client/keywright-error.ts'
import { useState } from 'react'
import { AddressEditor } from '../addresses/address-editor.tsx'
import { useRead } from '../api/hooks.ts'
import { roleIn, useSignedIn } from '../api/person.ts'
import { useNow } from '../ui/use-now.ts'
import { RolePicker } from '../members/role-picker.tsx'
import { text } from '../text/common.ts'
import { credentialsText } from '../text/credentials.ts'
import { secretText } from '../text/secret.ts'
import { Button } from '../ui/button.tsx'
import { Checkbox, RadioCards } from '../ui/choice.tsx'
import { Field } from '../ui/field.tsx'
import { Form, FormActions } from '../ui/form.tsx'
import { Input, Select } from '../ui/input.tsx'
import { exactTime } from '../util/time.ts'
import { type CredentialDraft, type CredentialKind, expiryOf, mistakesOf, NEW_DRAFT } from './issue-request.ts'

interface Props {
  kind: CredentialKind
  org?: string
  isPending: boolean
  error: KeywrightError | null
  onSubmit: (draft: CredentialDraft) => void
  onCancel: () => void
}

export function IssueForm({ kind, org, isPending, error, onSubmit, onCancel }: Props) {
  const { issuing } = credentialsText
  const me = useSignedIn()
  const [draft, setDraft] = useState(NEW_DRAFT)
  const [mistakes, setMistakes] = useState<readonly FieldError[]>([])
  const change = (part: Partial<CredentialDraft>): void => setDraft((before) => ({ ...before, ...part }))
  const submit = (): void => {
    const found = mistakesOf(kind, draft)
    setMistakes(found)
    if (found.length === 0) onSubmit(draft)
  }
  return (
    <Form error={error} errors={mistakes} onSubmit={submit}>
      <Field label={issuing.name} name="name" hint={issuing.nameHint} required>
        <Input value={draft.name} onValueChange={(name) => change({ name })} maxLength={100} autoComplete="off" />
      </Field>
      {kind === 'organization' && (
        <RolePicker mine={roleIn(me, org ?? '')} value={draft.role} onValueChange={(role) => change({ role })} label={issuing.role} />
      )}
      {kind === 'verifier' && <Apis draft={draft} onChange={change} />}
      {kind !== 'verifier' && (
        <Field label={issuing.capabilities} name="capabilities" hint={issuing.capabilitiesHint} group>
          <div className="flex flex-col gap-2">
            {CAPABILITIES.map((capability) => (
              <Checkbox
                key={capability}
                {...credentialsText.capabilities[capability]}
                checked={draft.capabilities.includes(capability)}
                onCheckedChange={(checked) =>
                  change({ capabilities: checked ? [...draft.capabilities, capability] : draft.capabilities.filter((each) => each !== capability) })
                }
              />
            ))}
          </div>
        </Field>
      )}
      <Expiry draft={draft} onChange={change} />
      <details className="group rounded-lg border border-line" open={mistakes.some(({ path }) => path === 'addresses') || undefined}>
        <summary className="px-3.5 py-2.5 text-sm font-medium">{issuing.addresses}</summary>
        <div className="border-t border-line p-3.5">
          <AddressEditor
            value={draft.addresses}
            onChange={(addresses) => change({ addresses })}
            ownAddress={(me as { address?: string | null }).address ?? null}
          />
        </div>
      </details>
      <FormActions>
        <Button type="submit" variant="primary" loading={isPending}>
          {issuing.submit}
        </Button>
        <Button variant="ghost" disabledReason={isPending ? secretText.onItsWay : undefined} onClick={onCancel}>
          {text.cancel}
        </Button>
      </FormActions>
    </Form>
  )
}

function Expiry({ draft, onChange }: { draft: CredentialDraft; onChange: (part: Partial<CredentialDraft>) => void }) {
  const { issuing } = credentialsText
  const at = expiryOf(draft, useNow(60))
  return (
    <Field label={issuing.expires} name="expiresAt" hint={at === null ? issuing.expiresNever : issuing.expiresAt(exactTime(at))}>
      <Select
        value={draft.expires}
        onValueChange={(expires) => onChange({ expires })}
        choices={['never', '30', '90', '365'].map((value) => ({ value, label: issuing.expiresChoices[value] ?? value }))}
      />
    </Field>
  )
}

function Apis({ draft, onChange }: { draft: CredentialDraft; onChange: (part: Partial<CredentialDraft>) => void }) {
  const { issuing } = credentialsText
  const apis = useRead('apis.list', {})
  const slugs = apis.data?.items.map(({ api }) => ({ slug: String(api['slug']), label: typeof api['label'] === 'string' ? api['label'] : null })) ?? []
  return (
    <Field label={issuing.apis} name="apis" hint={issuing.apisHint} group>
      <div className="flex flex-col gap-3">
        <RadioCards
          name="apis"
          columns={2}
          value={draft.allApis ? 'all' : 'some'}
          onValueChange={(value) => onChange({ allApis: value === 'all' })}
          cards={[
            { value: 'all', label: issuing.apisAll },
            { value: 'some', label: issuing.apisSome, disabledReason: apis.data !== undefined && slugs.length === 0 ? issuing.noApis : undefined },
          ]}
        />
        {!draft.allApis &&
          slugs.map(({ slug, label }) => (
            <Checkbox
              key={slug}
              label={label ?? slug}
              {...(label === null ? {} : { hint: slug })}
              checked={draft.apis.includes(slug)}
              onCheckedChange={(checked) => onChange({ apis: checked ? [...draft.apis, slug] : draft.apis.filter((each) => each !== slug) })}
            />
          ))}
      </div>
    </Field>
  )
}
