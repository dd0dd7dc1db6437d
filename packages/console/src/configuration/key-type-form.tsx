import { useInstallationNames } from '../organizations/organization-fields.tsx'
import { configurationText } from '../text/configuration.ts'
import { Banner } from '../ui/banner.tsx'
import { Checkbox } from '../ui/choice.tsx'
import { ChecksField, LinesField, Part, ROLE_CHOICES, Row, SelectField, TextField } from './choices.tsx'
import type { KeyTypeDraft } from './key-type-draft.ts'

interface Props {
  draft: KeyTypeDraft
  onChange: (part: Partial<KeyTypeDraft>) => void
  /** As stored; null: the type is being made. */
  stored: KeyTypeDraft | null
}

/** The common fields of a key type; the file has them all. */
export function KeyTypeFields({ draft, onChange, stored }: Props) {
  const text = configurationText.type
  const names = useInstallationNames()
  const named = (list: readonly string[] | undefined): Record<string, string> => Object.fromEntries((list ?? []).map((each) => [each, each]))
  const set =
    <Name extends keyof KeyTypeDraft>(name: Name) =>
    (value: KeyTypeDraft[Name]): void =>
      onChange({ [name]: value })
  return (
    <>
      <Part title={text.sections.name}>
        <Row>
          <TextField label={text.label} name="label" hint={text.labelHint} optional value={draft.label} onChange={set('label')} />
          <TextField label={text.slug} name="slug" hint={text.slugHint} mono value={draft.slug} onChange={set('slug')} readOnly={stored !== null} />
        </Row>
        <TextField label={text.descriptionLabel} name="description" optional value={draft.description} onChange={set('description')} />
        <TextField label={text.prefix} name="prefix" hint={text.prefixHint} mono value={draft.prefix} onChange={set('prefix')} />
        {stored !== null && stored.prefix !== draft.prefix && <Banner tone="warning">{text.prefixChanged}</Banner>}
      </Part>
      <Part title={text.sections.who}>
        <Row>
          <SelectField
            label={text.offeredWith}
            name="offeredWith"
            hint={text.offeredWithHint}
            value={draft.offeredWith}
            onChange={set('offeredWith')}
            choices={named(names?.entitlements)}
            none={text.everybody}
          />
          <SelectField
            label={text.environments}
            name="environments"
            value={draft.environments === null ? 'all' : 'some'}
            onChange={(value) => onChange({ environments: value === 'all' ? null : (names?.environments ?? []) })}
            choices={{ all: text.allEnvironments, some: text.someEnvironments }}
          />
        </Row>
        {draft.environments !== null && (
          <ChecksField
            label={text.someEnvironments}
            name="environments"
            chosen={draft.environments}
            onChange={set('environments')}
            all={named(names?.environments)}
          />
        )}
        <Row three>
          <TextField label={`${text.cap}: ${text.capMax.toLowerCase()}`} name="cap" hint={text.capHint} value={draft.capMax} onChange={set('capMax')} />
          <SelectField label={text.capCounts} name="cap.counts" value={draft.capCounts} onChange={set('capCounts')} choices={text.capCountsChoices} />
          <SelectField label={text.capPer} name="cap.per" value={draft.capPer} onChange={set('capPer')} choices={text.capPerChoices} />
        </Row>
        <Row>
          <ChecksField label={text.roles} name="roles.manage" chosen={draft.manage} onChange={set('manage')} all={ROLE_CHOICES} />
          <ChecksField label={text.reveal} name="roles.reveal" chosen={draft.reveal} onChange={set('reveal')} all={ROLE_CHOICES} />
        </Row>
        <Checkbox label={text.stepUp} hint={text.stepUpHint} checked={draft.stepUp} onCheckedChange={set('stepUp')} />
      </Part>
      <Part title={text.sections.ends}>
        <Row>
          <SelectField label={text.expiry} name="expiry.mode" value={draft.expiry} onChange={set('expiry')} choices={text.expiries} />
          <SelectField label={text.activation} name="activation" value={draft.activation} onChange={set('activation')} choices={text.activations} />
        </Row>
        <Row three>
          <TextField label={text.presets} name="expiry.presets" hint={text.presetsHint} value={draft.presets} onChange={set('presets')} optional />
          <TextField label={text.max} name="expiry.max" value={draft.max} onChange={set('max')} optional />
          <TextField label={text.defaultExpiry} name="expiry.default" value={draft.defaultExpiry} onChange={set('defaultExpiry')} optional />
        </Row>
        <div className="flex flex-wrap gap-x-8 gap-y-2">
          <Checkbox label={text.deactivate} checked={draft.deactivate} onCheckedChange={set('deactivate')} />
          <Checkbox label={text.removable} checked={draft.remove} onCheckedChange={set('remove')} />
        </div>
      </Part>
      <Part title={text.sections.secret}>
        <Row>
          <SelectField label={text.visibility} name="visibility" value={draft.visibility} onChange={set('visibility')} choices={text.visibilities} />
          <SelectField label={text.naming} name="naming.mode" value={draft.naming} onChange={set('naming')} choices={text.namings} />
        </Row>
        {stored?.visibility === 'retrievable' && draft.visibility === 'once' && <Banner tone="danger">{text.visibilityWarning}</Banner>}
        <div className="flex flex-wrap gap-x-8 gap-y-2">
          <Checkbox label={text.unique} checked={draft.unique} onCheckedChange={set('unique')} />
          <Checkbox label={text.replace} checked={draft.replace} onCheckedChange={set('replace')} />
        </div>
        {draft.replace && (
          <Row>
            <TextField
              label={text.overlapDefault}
              name="replace.overlapDefault"
              hint={text.overlapHint}
              value={draft.overlapDefault}
              onChange={set('overlapDefault')}
            />
            <TextField label={text.overlapMax} name="replace.overlapMax" value={draft.overlapMax} onChange={set('overlapMax')} />
          </Row>
        )}
      </Part>
      <Part title={text.sections.where}>
        <SelectField label={text.addresses} name="addresses.mode" value={draft.addresses} onChange={set('addresses')} choices={text.addressModes} />
        <LinesField label={text.limits} name="limits" hint={text.limitsHint} rows={2} value={draft.limits} onChange={set('limits')} />
      </Part>
      <Part title={text.sections.scopes}>
        <Row>
          <LinesField label={text.offered} name="scopes.offered" hint={text.offeredHint} value={draft.offered} onChange={set('offered')} rows={6} />
          <LinesField label={text.defaults} name="scopes.default" hint={text.defaultsHint} value={draft.defaults} onChange={set('defaults')} rows={6} />
        </Row>
      </Part>
      <Part title={text.sections.page}>
        <Row three>
          <TextField label={text.page} name="presentation.page" hint={text.pageHint} value={draft.page} onChange={set('page')} optional />
          <TextField label={text.section} name="presentation.section" value={draft.section} onChange={set('section')} optional />
          <SelectField label={text.layout} name="presentation.layout" value={draft.layout} onChange={set('layout')} choices={text.layouts} />
        </Row>
      </Part>
    </>
  )
}
