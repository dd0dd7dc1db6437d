import type { KeyType } from '@keywright/core/configuration/key-type.ts'
import { keysText } from '../text/keys.ts'
import { Button } from '../ui/button.tsx'
import { Checkbox } from '../ui/choice.tsx'
import { Field } from '../ui/field.tsx'
import { Mono } from '../ui/mono.tsx'

/** What a key may do. A scope whose entitlement the organization lacks may be chosen, and says that it is refused until then. */
export function ScopesField({
  type,
  entitlements,
  value,
  onChange,
}: {
  type: KeyType
  entitlements: readonly string[] | undefined
  value: readonly string[]
  onChange: (scopes: string[]) => void
}) {
  const { offered } = type.scopes
  const set = (scope: string, chosen: boolean): void =>
    onChange(offered.map((each) => each.scope).filter((each) => (each === scope ? chosen : value.includes(each))))
  return (
    <Field label={keysText.generate.scopes} group name="scopes" hint={value.length === 0 ? keysText.generate.noScopes : keysText.generate.scopesHint}>
      <div className="mb-2 flex gap-2">
        <Button size="small" onClick={() => onChange(offered.map(({ scope }) => scope))}>
          {keysText.generate.allScopes}
        </Button>
        <Button size="small" onClick={() => onChange([])}>
          {keysText.generate.noneScopes}
        </Button>
      </div>
      <div className="grid gap-2.5 rounded-lg border border-line bg-surface p-3.5 sm:grid-cols-2">
        {offered.map(({ scope, entitlement }) => {
          const missing = entitlement !== null && entitlements !== undefined && !entitlements.includes(entitlement)
          return (
            <Checkbox
              key={scope}
              name={scope}
              label={<Mono>{scope}</Mono>}
              hint={missing ? <span className="text-warning-ink">{keysText.generate.missingEntitlement(entitlement)}</span> : undefined}
              checked={value.includes(scope)}
              onCheckedChange={(chosen) => set(scope, chosen)}
            />
          )
        })}
      </div>
    </Field>
  )
}
