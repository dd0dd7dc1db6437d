import { ExpiryField } from '../expiry-field.tsx'
import { offerReason } from '../generate-button.tsx'
import { roleReason } from '../key-command.ts'
import type { AddressRule } from '../key.ts'
import type { OfferedType } from '../offered-type.ts'
import { OrganizationList } from '../organization-list.tsx'
import { ScopesField } from '../scopes-field.tsx'
import { UseChips } from '../use-chips.tsx'
import type { Draft } from './draft.ts'
import type { Role } from '@keywright/core/permissions.ts'
import { AddressEditor } from '../../addresses/address-editor.tsx'
import { keysText } from '../../text/keys.ts'
import { RadioCards } from '../../ui/choice.tsx'
import { Field } from '../../ui/field.tsx'
import { Input } from '../../ui/input.tsx'

export function TypeStep({
  types,
  role,
  chosen,
  onChoose,
  error,
}: {
  types: readonly OfferedType[]
  role: Role | null
  chosen: string | undefined
  onChoose: (slug: string) => void
  error?: string | undefined
}) {
  return (
    <Field label={keysText.generate.typeTitle} labelHidden group name="type" error={error}>
      <RadioCards
        name="type"
        columns={types.length > 3 ? 2 : 1}
        value={chosen ?? null}
        onValueChange={onChoose}
        cards={types.map((offered) => ({
          value: offered.slug,
          label: offered.label,
          hint: offered.description === '' ? undefined : offered.description,
          aside: <UseChips offered={offered} />,
          disabledReason: roleReason(role, offered.type, 'manage') ?? offerReason(offered) ?? undefined,
        }))}
      />
    </Field>
  )
}

interface StepProps {
  offered: OfferedType
  draft: Draft
  onChange: (change: Partial<Draft>) => void
}

export function DetailsStep({ offered, draft, onChange, entitlements }: StepProps & { entitlements: readonly string[] | undefined }) {
  const { type, environments } = offered
  return (
    <>
      {type.naming.mode !== 'none' && (
        <Field
          label={keysText.generate.name}
          name="name"
          hint={keysText.generate.nameHint}
          required={type.naming.mode === 'required'}
          optional={type.naming.mode === 'optional'}
        >
          <Input value={draft.name} onValueChange={(name) => onChange({ name })} autoComplete="off" />
        </Field>
      )}
      {environments.length > 1 && (
        <Field label={keysText.generate.environment} group name="environment" hint={keysText.generate.environmentHint}>
          <RadioCards
            name="environment"
            columns={3}
            value={draft.environment === '' ? null : draft.environment}
            onValueChange={(environment) => onChange({ environment })}
            cards={environments.map((value) => ({ value, label: value, ...capOf(offered, value) }))}
          />
        </Field>
      )}
      {type.expiry.mode !== 'none' && <ExpiryField type={type} value={draft.expiry} onChange={(expiry) => onChange({ expiry })} />}
      {type.scopes.offered.length > 0 && (
        <ScopesField type={type} entitlements={entitlements} value={draft.scopes} onChange={(scopes) => onChange({ scopes })} />
      )}
      <Field label={keysText.generate.tagsLabel} name="tags" hint={keysText.generate.tagsHint} optional>
        <Input value={draft.tags} onValueChange={(tags) => onChange({ tags })} autoComplete="off" />
      </Field>
    </>
  )
}

/** `1 of 1 used` where each environment has a cap of its own; a full one cannot be chosen. */
function capOf(offered: OfferedType, environment: string): { hint?: string; disabledReason?: string } {
  const counted = offered.use.find((each) => each.environment === environment)
  if (counted === undefined || counted.max === null) return {}
  const said = keysText.list.used(counted.used, counted.max)
  return counted.used >= counted.max ? { disabledReason: said } : { hint: said }
}

export function AddressesStep({
  org,
  offered,
  draft,
  onChange,
  organizationRule,
  ownAddress,
}: StepProps & { org: string; organizationRule: AddressRule | undefined; ownAddress: string | null }) {
  return (
    <div className="grid gap-5 lg:grid-cols-[minmax(0,1fr)_16rem]">
      <AddressEditor
        value={draft.addresses}
        onChange={(addresses) => onChange({ addresses })}
        ownAddress={ownAddress}
        anyReason={offered.type.addresses.mode === 'required' ? keysText.generate.addressesRequired : undefined}
        also={organizationRule}
      />
      {organizationRule !== undefined && <OrganizationList org={org} rule={organizationRule} />}
    </div>
  )
}
