import { useRead } from '../api/hooks.ts'
import { organizationsText } from '../text/organizations.ts'
import { Checkbox } from '../ui/choice.tsx'
import { Field } from '../ui/field.tsx'
import { Input, Textarea } from '../ui/input.tsx'
import { Skeleton } from '../ui/states.tsx'
import type { OrganizationDraft } from './draft.ts'

interface Props {
  draft: OrganizationDraft
  onChange: (part: Partial<OrganizationDraft>) => void
  /** The slug as it is stored; undefined where the organization is being made. */
  storedSlug?: string
}

/** Names that the installation knows: what an organization can be given. */
export function useInstallationNames(): { entitlements: readonly string[]; environments: readonly string[] } | null {
  const { data } = useRead('configuration.get', {})
  if (data === undefined) return null
  const listOf = (name: string): string[] => (Array.isArray(data[name]) ? (data[name] as string[]) : [])
  return { entitlements: listOf('entitlements'), environments: listOf('environments') }
}

export function OrganizationFields({ draft, onChange, storedSlug }: Props) {
  const { form } = organizationsText
  const names = useInstallationNames()
  const slugChanged = storedSlug !== undefined && draft.slug.trim() !== storedSlug
  return (
    <>
      <div className="grid gap-5 sm:grid-cols-2">
        <Field
          label={form.name}
          name="name"
          hint={storedSlug === undefined ? form.nameHint : form.nameStoredHint}
          optional={storedSlug === undefined}
          required={storedSlug !== undefined}
        >
          <Input value={draft.name} onValueChange={(name) => onChange({ name })} maxLength={100} autoComplete="off" />
        </Field>
        <Field label={form.slug} name="slug" hint={slugChanged ? form.slugChange : form.slugHint} required>
          <Input mono value={draft.slug} onValueChange={(slug) => onChange({ slug })} maxLength={63} autoComplete="off" spellCheck={false} />
        </Field>
      </div>
      <Field label={form.environments} name="environments" hint={form.environmentsHint} group>
        <Names known={names?.environments} chosen={draft.environments} onChange={(environments) => onChange({ environments })} />
      </Field>
      <Field label={form.entitlements} name="entitlements" hint={form.entitlementsHint} group>
        <Names known={names?.entitlements} chosen={draft.entitlements} onChange={(entitlements) => onChange({ entitlements })} />
      </Field>
      <div className="grid gap-5 sm:grid-cols-2">
        <Field label={form.aliases} name="aliases" hint={form.aliasesHint} optional>
          <Textarea mono rows={3} value={draft.aliases} onValueChange={(aliases) => onChange({ aliases })} spellCheck={false} />
        </Field>
        <Field label={form.contacts} name="contacts" hint={form.contactsHint} optional>
          <Textarea rows={3} value={draft.contacts} onValueChange={(contacts) => onChange({ contacts })} spellCheck={false} inputMode="email" />
        </Field>
      </div>
    </>
  )
}

/** Those the organization has but the installation no longer knows stay choosable, so that saving takes nothing away unseen. */
function Names({ known, chosen, onChange }: { known: readonly string[] | undefined; chosen: readonly string[]; onChange: (chosen: string[]) => void }) {
  if (known === undefined) return <Skeleton className="h-5 w-48" />
  const all = [...new Set([...known, ...chosen])]
  if (all.length === 0) return <p className="text-sm text-ink-faint">{organizationsText.form.noEntitlements}</p>
  return (
    <div className="grid max-h-56 gap-x-6 gap-y-1.5 overflow-y-auto [grid-template-columns:repeat(auto-fill,minmax(9rem,1fr))]">
      {all.map((name) => (
        <Checkbox
          key={name}
          label={<span className="font-mono text-[0.8125rem]">{name}</span>}
          checked={chosen.includes(name)}
          onCheckedChange={(checked) => onChange(checked ? [...chosen, name] : chosen.filter((each) => each !== name))}
        />
      ))}
    </div>
  )
}
