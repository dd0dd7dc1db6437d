import type { KeyType } from '@keywright/core/configuration/key-type.ts'
import type { Propagation } from '@keywright/core/contract/common.ts'
import type { FieldError } from '@keywright/core/problem-code.ts'
import { useState } from 'react'
import { changesOf, type Values, valuesOf } from './changes.ts'
import { ExpiryField } from '../expiry-field.tsx'
import { commandState } from '../key-command.ts'
import type { AddressRule, Key } from '../key.ts'
import type { OfferedType } from '../offered-type.ts'
import { OrganizationList } from '../organization-list.tsx'
import { ScopesField } from '../scopes-field.tsx'
import { AddressEditor } from '../../addresses/address-editor.tsx'
import { call, etagOf } from '../../api/call.ts'
import { useCommand, useRead } from '../../api/hooks.ts'
import { useSignedIn } from '../../api/person.ts'
import { useStepUp } from '../../components/step-up.tsx'
import { text } from '../../text/common.ts'
import { keysText } from '../../text/keys.ts'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { Field } from '../../ui/field.tsx'
import { Form, FormActions } from '../../ui/form.tsx'
import { Input, Textarea } from '../../ui/input.tsx'
import { Problem } from '../../ui/problem.tsx'
import { toast } from '../../ui/toast.tsx'
import { useNow } from '../../ui/use-now.ts'
import { duration, exactTime } from '../../util/time.ts'

interface Props {
  org: string
  /** The key as it was when editing began. */
  began: Key
  offered: OfferedType
  organizationRule: AddressRule | undefined
  onClose: () => void
}

/**
 * Changes what a key may be used for. It is saved only onto the key that was looked at: when somebody else changed it meanwhile, the
 * fields that were not touched take his values, and what was typed stays.
 */
export function EditForm({ org, began, offered, organizationRule, onClose }: Props) {
  const { type } = offered
  const withStepUp = useStepUp()
  const update = useCommand('keys.update')
  const { data: organization } = useRead('organizations.get', { org })
  const { address = null } = useSignedIn() as { address?: string | null }
  const [base, setBase] = useState(began)
  const [touched, setTouched] = useState<Partial<Values>>({})
  const [mistakes, setMistakes] = useState<readonly FieldError[]>(NONE)
  const [reloaded, setReloaded] = useState(false)
  const values: Values = { ...valuesOf(base, type), ...touched }
  const limited = commandState('update', base, type, 'operator', useNow()).verdict === 'limited'
  const conflict = update.error?.code === 'precondition_failed'
  const set = (change: Partial<Values>): void => setTouched({ ...touched, ...change })

  const reload = async (): Promise<void> => {
    setBase(await call('keys.get', { org, key: base.id }))
    setReloaded(true)
    update.reset()
  }
  const save = async (): Promise<void> => {
    const read = changesOf(touched, base, type, Date.now())
    setMistakes(read.mistakes.length === 0 ? NONE : read.mistakes)
    if (read.mistakes.length > 0) return
    if (Object.keys(read.changes).length === 0) return onClose()
    try {
      const answer = await withStepUp(() => update.mutateAsync({ org, key: base.id, ...read.changes, call: { ifMatch: etagOf(base), confirm: true } }))
      const { propagation } = answer as { propagation?: Propagation }
      toast(keysText.page.saved, { description: propagation === undefined ? keysText.page.saveEffect : keysText.propagation.title(propagation.summary) })
      onClose()
    } catch {
      // Shown in the form.
    }
  }

  return (
    <Form error={conflict ? null : update.error} errors={mistakes} onSubmit={() => void save()}>
      {conflict && update.error !== null && <Problem error={update.error} onReload={() => void reload()} />}
      {reloaded && !conflict && (
        <Banner tone="info" live>
          {keysText.page.conflictKept}
        </Banner>
      )}
      {limited && <Banner tone="info">{keysText.page.limited}</Banner>}
      {type.naming.mode !== 'none' && (
        <Field label={keysText.generate.name} name="name" hint={keysText.generate.nameHint}>
          <Input value={values.name} onValueChange={(name) => set({ name })} autoComplete="off" />
        </Field>
      )}
      {!limited && (
        <>
          {type.expiry.mode !== 'none' && (
            <ExpiryField
              type={type}
              value={values.expiry}
              onChange={(expiry) => set({ expiry })}
              keep={{
                label: keysText.page.expiryKeep,
                hint: base.expiresAt === null ? keysText.page.expiryKeepNever : keysText.generate.expiryEnds(exactTime(Date.parse(base.expiresAt))),
              }}
            />
          )}
          {type.scopes.offered.length > 0 && (
            <ScopesField type={type} entitlements={organization?.entitlements} value={values.scopes} onChange={(scopes) => set({ scopes })} />
          )}
          {type.addresses.mode !== 'off' && (
            <>
              <AddressEditor
                value={values.addresses}
                onChange={(addresses) => set({ addresses })}
                ownAddress={address}
                anyReason={type.addresses.mode === 'required' ? keysText.generate.addressesRequired : undefined}
                also={organizationRule}
              />
              {organizationRule !== undefined && <OrganizationList org={org} rule={organizationRule} />}
            </>
          )}
          <LimitFields type={type} values={values.limits} onChange={(limits) => set({ limits })} />
        </>
      )}
      <Field label={keysText.generate.tagsLabel} name="tags" hint={keysText.generate.tagsHint}>
        <Input value={values.tags} onValueChange={(tags) => set({ tags })} autoComplete="off" />
      </Field>
      <Field label={keysText.page.metadata} name="metadata" hint={keysText.page.metadataHint}>
        <Textarea mono rows={3} spellCheck={false} value={values.metadata} onValueChange={(metadata) => set({ metadata })} />
      </Field>
      <FormActions>
        <Button type="submit" variant="primary" loading={update.isPending} disabledReason={conflict ? keysText.dialog.lookAgain : undefined}>
          {text.save}
        </Button>
        <Button variant="ghost" onClick={onClose}>
          {text.cancel}
        </Button>
      </FormActions>
    </Form>
  )
}

/** One array for "no mistake": a new one each time would send the focus around. */
const NONE: readonly FieldError[] = []

function LimitFields({ type, values, onChange }: { type: KeyType; values: Values['limits']; onChange: (limits: Values['limits']) => void }) {
  return type.limits.map(({ calls, maxCalls, per }) => (
    <Field key={per} label={keysText.page.limitCalls(duration(per))} name={`limit-${per}`} hint={keysText.page.limitHint(maxCalls ?? calls)} optional>
      <Input
        inputMode="numeric"
        placeholder={calls.toLocaleString('en')}
        value={values[String(per)] ?? ''}
        onValueChange={(value) => onChange({ ...values, [String(per)]: value })}
        className="sm:w-56"
      />
    </Field>
  ))
}
