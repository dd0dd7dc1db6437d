import { CircleAlert } from 'lucide-react'
import { useContext, useEffect, useId, useMemo, type ReactNode } from 'react'
import { FieldContext } from './field-context.ts'
import { errorsOf, FormContext } from './form-context.ts'
import { text } from '../text/common.ts'

interface Props {
  label: ReactNode
  /** The path that problems of the server name, e.g. `name` or `addresses[0].address`. */
  name?: string
  hint?: ReactNode
  /** Beside what the form says. */
  error?: string | undefined
  required?: boolean
  /** Marks it as not needed. */
  optional?: boolean
  /** For groups of controls (radios, checkboxes): a fieldset with a legend. */
  group?: boolean
  labelHidden?: boolean
  children: ReactNode
}

/** Label, control, hint and error, tied together. The control inside takes its id and description from here. */
export function Field({ label, name, hint, error, required = false, optional = false, group = false, labelHidden = false, children }: Props) {
  const id = useId()
  const form = useContext(FormContext)
  const register = form?.register
  useEffect(() => (name === undefined ? undefined : register?.(name)), [name, register])
  const messages = [...(error === undefined ? [] : [error]), ...(name === undefined || form === null ? [] : errorsOf(name, form).map(({ message }) => message))]
  const invalid = messages.length > 0
  const describedBy = [hint === undefined ? null : `${id}-hint`, invalid ? `${id}-error` : null].filter(Boolean).join(' ') || undefined
  const state = useMemo(() => ({ id, describedBy, invalid, required, name }), [id, describedBy, invalid, required, name])

  const caption = (
    <>
      {label}
      {optional && <span className="ml-1.5 font-normal text-ink-faint">{text.optional}</span>}
    </>
  )
  const captionClass = labelHidden ? 'sr-only' : 'mb-1.5 block text-sm font-medium text-ink'
  const below = (
    <>
      {hint !== undefined && (
        <p id={`${id}-hint`} className="mt-1.5 text-xs text-ink-faint">
          {hint}
        </p>
      )}
      {invalid && (
        <p id={`${id}-error`} className="mt-1.5 flex items-start gap-1.5 text-xs text-danger-ink">
          <CircleAlert aria-hidden="true" className="mt-px size-3.5 shrink-0" />
          <span>{messages.join(' ')}</span>
        </p>
      )}
    </>
  )
  if (group) {
    return (
      <fieldset aria-describedby={describedBy} data-invalid={invalid || undefined} className="min-w-0">
        <legend className={captionClass}>{caption}</legend>
        <FieldContext value={null}>{children}</FieldContext>
        {below}
      </fieldset>
    )
  }
  return (
    <div>
      <label htmlFor={id} className={captionClass}>
        {caption}
      </label>
      <FieldContext value={state}>{children}</FieldContext>
      {below}
    </div>
  )
}
