import { useId, type ReactNode } from 'react'
import { cx } from '../util/class-names.ts'

interface Common {
  label: ReactNode
  hint?: ReactNode
  /** Why it cannot be chosen; it stays visible. */
  disabledReason?: string | undefined
}

/** A checkbox with its label, which is part of what can be clicked. */
export function Checkbox({
  label,
  hint,
  checked,
  onCheckedChange,
  disabledReason,
  name,
}: Common & { checked: boolean; onCheckedChange: (checked: boolean) => void; name?: string }) {
  const id = useId()
  const note = disabledReason ?? hint
  return (
    <label className={cx('flex items-start gap-2.5 text-sm', disabledReason !== undefined && 'text-ink-faint')}>
      <input
        type="checkbox"
        name={name}
        className="mt-[3px] size-4 shrink-0 accent-accent"
        checked={checked}
        disabled={disabledReason !== undefined}
        aria-describedby={note === undefined ? undefined : id}
        onChange={(event) => onCheckedChange(event.target.checked)}
      />
      <span className="min-w-0">
        {label}
        {note !== undefined && (
          <span id={id} className="block text-xs text-ink-faint">
            {note}
          </span>
        )}
      </span>
    </label>
  )
}

/** On or off, with effect at once. */
export function Switch({ label, hint, checked, onCheckedChange, disabledReason }: Common & { checked: boolean; onCheckedChange: (checked: boolean) => void }) {
  const id = useId()
  const note = disabledReason ?? hint
  return (
    <label className="flex items-start justify-between gap-4 text-sm">
      <span className="min-w-0">
        <span className="font-medium">{label}</span>
        {note !== undefined && (
          <span id={id} className="block text-xs text-ink-faint">
            {note}
          </span>
        )}
      </span>
      <span className="relative mt-0.5 inline-flex h-5 w-9 shrink-0">
        <input
          type="checkbox"
          role="switch"
          aria-checked={checked}
          checked={checked}
          disabled={disabledReason !== undefined}
          aria-describedby={note === undefined ? undefined : id}
          className="peer absolute inset-0 m-0 appearance-none rounded-full border border-field-line bg-sunken transition-colors checked:border-accent checked:bg-accent disabled:opacity-55"
          onChange={(event) => onCheckedChange(event.target.checked)}
        />
        <span
          aria-hidden="true"
          className="pointer-events-none absolute top-[3px] left-[3px] size-3.5 rounded-full bg-field-line transition-transform peer-checked:translate-x-4 peer-checked:bg-on-accent"
        />
      </span>
    </label>
  )
}

export interface RadioCard<Value extends string> extends Common {
  value: Value
  icon?: ReactNode
  /** Right in the card, such as "4 of 5 used". */
  aside?: ReactNode
}

/** One of several, each a card; put it in a `Field` with `group`. */
export function RadioCards<Value extends string>({
  name,
  value,
  onValueChange,
  cards,
  columns = 1,
}: {
  name: string
  value: Value | null
  onValueChange: (value: Value) => void
  cards: readonly RadioCard<Value>[]
  columns?: 1 | 2 | 3
}) {
  const id = useId()
  return (
    <div className={cx('grid gap-2', columns === 2 && 'sm:grid-cols-2', columns === 3 && 'sm:grid-cols-3')}>
      {cards.map((card) => {
        const note = card.disabledReason ?? card.hint
        const disabled = card.disabledReason !== undefined
        return (
          <label
            key={card.value}
            className={cx(
              'flex items-start gap-3 rounded-lg border bg-surface px-3.5 py-3 text-sm transition-colors has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent-ink',
              'has-checked:border-accent-ink has-checked:bg-accent-soft has-checked:ring-1 has-checked:ring-accent-ink',
              disabled ? 'border-line bg-sunken text-ink-faint' : 'border-line-strong hover:border-field-line',
            )}
          >
            <input
              type="radio"
              name={`${id}-${name}`}
              value={card.value}
              checked={value === card.value}
              disabled={disabled}
              aria-describedby={note === undefined ? undefined : `${id}-${card.value}`}
              className="mt-[3px] size-4 shrink-0 appearance-none rounded-full border border-field-line bg-surface outline-none checked:border-[5px] checked:border-accent disabled:opacity-55"
              onChange={() => onValueChange(card.value)}
            />
            {card.icon}
            <span className="min-w-0 flex-1">
              <span className="font-medium">{card.label}</span>
              {note !== undefined && (
                <span id={`${id}-${card.value}`} className={cx('block text-xs', disabled ? 'text-ink-faint' : 'text-ink-soft')}>
                  {note}
                </span>
              )}
            </span>
            {card.aside}
          </label>
        )
      })}
    </div>
  )
}
