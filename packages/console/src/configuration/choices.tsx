import { ORGANIZATION_ROLES } from '@keywright/core/permissions.ts'
import type { ReactNode } from 'react'
import { roleName } from '../members/roles.ts'
import { Checkbox } from '../ui/choice.tsx'
import { Field } from '../ui/field.tsx'
import { Input, Select, Textarea } from '../ui/input.tsx'

/** Fields of the forms of types and APIs: each is one line here, so that the forms read as what they ask. */
interface Common {
  label: string
  name: string
  hint?: ReactNode
}

export function TextField({
  label,
  name,
  hint,
  value,
  onChange,
  mono = false,
  optional = false,
  readOnly = false,
  placeholder,
}: Common & { value: string; onChange: (value: string) => void; mono?: boolean; optional?: boolean; readOnly?: boolean; placeholder?: string }) {
  return (
    <Field label={label} name={name} hint={hint} optional={optional}>
      <Input
        mono={mono}
        value={value}
        onValueChange={onChange}
        readOnly={readOnly}
        autoComplete="off"
        spellCheck={!mono}
        {...(placeholder === undefined ? {} : { placeholder })}
      />
    </Field>
  )
}

export function LinesField({ label, name, hint, value, onChange, rows = 4 }: Common & { value: string; onChange: (value: string) => void; rows?: number }) {
  return (
    <Field label={label} name={name} hint={hint}>
      <Textarea mono rows={rows} value={value} onValueChange={onChange} spellCheck={false} wrap="off" />
    </Field>
  )
}

export function SelectField({
  label,
  name,
  hint,
  value,
  onChange,
  choices,
  none,
}: Common & { value: string; onChange: (value: string) => void; choices: Readonly<Record<string, string>>; none?: string }) {
  const known = value === '' || value in choices ? choices : { ...choices, [value]: value }
  return (
    <Field label={label} name={name} hint={hint}>
      <Select
        value={value}
        onValueChange={onChange}
        choices={Object.entries(known).map(([each, text]) => ({ value: each, label: text }))}
        {...(none === undefined ? {} : { placeholder: none })}
      />
    </Field>
  )
}

export function ChecksField({
  label,
  name,
  hint,
  chosen,
  onChange,
  all,
  empty,
}: Common & { chosen: readonly string[]; onChange: (chosen: string[]) => void; all: Readonly<Record<string, string>>; empty?: string }) {
  const choices = { ...all, ...Object.fromEntries(chosen.filter((each) => !(each in all)).map((each) => [each, each])) }
  return (
    <Field label={label} name={name} hint={hint} group>
      {Object.keys(choices).length === 0 ? (
        <p className="text-sm text-ink-faint">{empty}</p>
      ) : (
        <div className="grid max-h-60 gap-x-6 gap-y-1.5 overflow-y-auto [grid-template-columns:repeat(auto-fill,minmax(10rem,1fr))]">
          {Object.entries(choices).map(([value, text]) => (
            <Checkbox
              key={value}
              label={text}
              checked={chosen.includes(value)}
              onCheckedChange={(checked) => onChange(checked ? [...chosen, value] : chosen.filter((each) => each !== value))}
            />
          ))}
        </div>
      )}
    </Field>
  )
}

export const ROLE_CHOICES: Readonly<Record<string, string>> = Object.fromEntries(ORGANIZATION_ROLES.map((role) => [role, roleName(role)]))

/** A titled part of a long form. */
export function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <fieldset className="min-w-0 border-t border-line pt-5 first:border-t-0 first:pt-0">
      <legend className="float-left mb-4 w-full text-sm font-semibold">{title}</legend>
      <div className="clear-both flex flex-col gap-5">{children}</div>
    </fieldset>
  )
}

export function Row({ children, three = false }: { children: ReactNode; three?: boolean }) {
  return <div className={three ? 'grid items-start gap-5 sm:grid-cols-3' : 'grid items-start gap-5 sm:grid-cols-2'}>{children}</div>
}
