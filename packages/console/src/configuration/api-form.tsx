import { useRead } from '../api/hooks.ts'
import { useInstallationNames } from '../organizations/organization-fields.tsx'
import { configurationText } from '../text/configuration.ts'
import type { ApiDraft } from './api-draft.ts'
import { ChecksField, LinesField, Part, Row, SelectField, TextField } from './choices.tsx'

interface Props {
  draft: ApiDraft
  onChange: (part: Partial<ApiDraft>) => void
  isNew: boolean
  /** As the file has them; edited there. */
  companions: readonly string[]
}

export function ApiFields({ draft, onChange, isNew, companions }: Props) {
  const text = configurationText.api
  const names = useInstallationNames()
  const types = useRead('key-types.list', {})
  const all = Object.fromEntries(
    (types.data?.items ?? []).map(({ keyType }) => [
      String(keyType['slug']),
      typeof keyType['label'] === 'string' ? keyType['label'] : String(keyType['slug']),
    ]),
  )
  const set =
    <Name extends keyof ApiDraft>(name: Name) =>
    (value: ApiDraft[Name]): void =>
      onChange({ [name]: value })
  return (
    <>
      <Part title={text.sections.name}>
        <Row>
          <TextField label={text.label} name="label" optional value={draft.label} onChange={set('label')} />
          <TextField label={text.slug} name="slug" hint={text.slugHint} mono value={draft.slug} onChange={set('slug')} readOnly={!isNew} />
        </Row>
        <TextField label={text.descriptionLabel} name="description" optional value={draft.description} onChange={set('description')} />
      </Part>
      <Part title={text.sections.accepts}>
        <ChecksField label={text.accepts} name="accepts" chosen={draft.accepts} onChange={set('accepts')} all={all} empty={text.noTypes} />
        <Row>
          <SelectField
            label={text.environment}
            name="environment"
            hint={text.environmentHint}
            value={draft.environment}
            onChange={set('environment')}
            choices={Object.fromEntries((names?.environments ?? []).map((each) => [each, each]))}
            none={text.anyEnvironment}
          />
          <LinesField label={text.carriers} name="carriers" hint={text.carriersHint} rows={2} value={draft.carriers} onChange={set('carriers')} />
        </Row>
        <div className="text-sm">
          <p className="font-medium">{text.companions}</p>
          <p className="mt-1 font-mono text-xs text-ink-soft">{companions.length === 0 ? text.noCompanions : companions.join(' · ')}</p>
          <p className="mt-1 text-xs text-ink-faint">{text.companionsHint}</p>
        </div>
      </Part>
      <Part title={text.sections.routes}>
        <LinesField label={text.routes} name="routes" hint={text.routesHint} rows={8} value={draft.routes} onChange={set('routes')} />
      </Part>
      <Part title={text.sections.where}>
        <Row>
          <TextField label={text.baseUrl} name="baseUrl" hint={text.baseUrlHint} mono optional value={draft.baseUrl} onChange={set('baseUrl')} />
          <TextField label={text.upstream} name="upstream" hint={text.upstreamHint} mono optional value={draft.upstream} onChange={set('upstream')} />
        </Row>
        <SelectField
          label={text.forwardAuth}
          name="forwardAuth"
          value={draft.forwardAuth}
          onChange={(value) => onChange({ forwardAuth: value === 'yes' || value === 'no' ? value : 'default' })}
          choices={text.forwardAuthChoices}
        />
      </Part>
    </>
  )
}
