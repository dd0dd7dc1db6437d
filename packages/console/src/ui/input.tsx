import { ChevronDown, Eye, EyeOff } from 'lucide-react'
import { useState, type ComponentProps, type ReactNode } from 'react'
import { useFieldAttributes } from './field-context.ts'
import { cx } from '../util/class-names.ts'

const CONTROL =
  'w-full rounded-lg border border-field-line bg-surface text-ink shadow-xs transition-colors placeholder:text-ink-faint hover:border-ink-faint focus-visible:border-accent-ink focus-visible:outline-offset-0 aria-invalid:border-danger-ink disabled:bg-sunken disabled:text-ink-faint [&[readonly]]:bg-sunken'

// At 14 pixels Chromium cuts the underscore of DejaVu Sans Mono off in a field of one line, and prefixes end in one.
const MONO_FIELD = 'font-mono sm:text-[0.8125rem]'

interface InputProps extends Omit<ComponentProps<'input'>, 'onChange'> {
  onValueChange?: (value: string) => void
  mono?: boolean
  /** Stands in the field before what is typed. */
  leading?: ReactNode
}

export function Input({ onValueChange, mono = false, leading, className, ...rest }: InputProps) {
  const input = (
    <input
      type="text"
      {...useFieldAttributes()}
      {...rest}
      className={cx(CONTROL, 'h-9 px-3 text-base', mono ? MONO_FIELD : 'sm:text-sm', leading !== undefined && 'pl-9', className)}
      onChange={(event) => onValueChange?.(event.target.value)}
    />
  )
  if (leading === undefined) return input
  return (
    <div className="relative">
      <span aria-hidden="true" className="pointer-events-none absolute inset-y-0 left-3 flex items-center text-ink-faint">
        {leading}
      </span>
      {input}
    </div>
  )
}

/** A password, which can be looked at while it is typed. */
export function PasswordInput({ showLabel, hideLabel, ...rest }: InputProps & { showLabel: string; hideLabel: string }) {
  const [shown, setShown] = useState(false)
  return (
    <div className="relative">
      <Input {...rest} type={shown ? 'text' : 'password'} className="pr-10" />
      <button
        type="button"
        aria-label={shown ? hideLabel : showLabel}
        aria-pressed={shown}
        className="absolute inset-y-0 right-0 flex w-9 items-center justify-center rounded-r-lg text-ink-faint hover:text-ink"
        onClick={() => setShown(!shown)}
      >
        {shown ? <EyeOff aria-hidden="true" className="size-4" /> : <Eye aria-hidden="true" className="size-4" />}
      </button>
    </div>
  )
}

export function Textarea({
  onValueChange,
  mono = false,
  className,
  ...rest
}: Omit<ComponentProps<'textarea'>, 'onChange'> & { onValueChange?: (value: string) => void; mono?: boolean }) {
  return (
    <textarea
      rows={4}
      {...useFieldAttributes()}
      {...rest}
      className={cx(CONTROL, 'px-3 py-2 text-base sm:text-sm', mono && 'font-mono', className)}
      onChange={(event) => onValueChange?.(event.target.value)}
    />
  )
}

export interface Choice {
  value: string
  label: string
  disabled?: boolean
}

/** The platform's own list: right on phones, by keyboard and for screen readers. */
export function Select({
  onValueChange,
  choices,
  placeholder,
  className,
  ...rest
}: Omit<ComponentProps<'select'>, 'onChange' | 'children'> & { onValueChange?: (value: string) => void; choices: readonly Choice[]; placeholder?: string }) {
  return (
    <div className={cx('relative', className)}>
      <select
        {...useFieldAttributes()}
        {...rest}
        className={cx(CONTROL, 'h-9 appearance-none truncate pr-8 pl-3 text-base sm:text-sm')}
        onChange={(event) => onValueChange?.(event.target.value)}
      >
        {placeholder !== undefined && <option value="">{placeholder}</option>}
        {choices.map(({ value, label, disabled }) => (
          <option key={value} value={value} disabled={disabled}>
            {label}
          </option>
        ))}
      </select>
      <ChevronDown aria-hidden="true" className="pointer-events-none absolute inset-y-0 right-2.5 my-auto size-4 text-ink-faint" />
    </div>
  )
}
