import type { KeyType } from '@keywright/core/configuration/key-type.ts'
import { dayText, endOf, type ExpiryChoice, expiryOptions, lastDay } from './key-expiry.ts'
import { keysText } from '../text/keys.ts'
import { RadioCards, type RadioCard } from '../ui/choice.tsx'
import { Field } from '../ui/field.tsx'
import { Input } from '../ui/input.tsx'
import { useNow } from '../ui/use-now.ts'
import { exactTime } from '../util/time.ts'

/** How long a key works: the durations of the type, each with its real end, a day, or no end where that is allowed. */
export function ExpiryField({
  type,
  value,
  onChange,
  keep,
}: {
  type: KeyType
  value: ExpiryChoice
  onChange: (choice: ExpiryChoice) => void
  /** Where a key exists already: leaves its end as it is. Chosen while `value` is `nothing`. */
  keep?: { label: string; hint: string }
}) {
  const now = useNow()
  const options = expiryOptions(type, now)
  const cards: RadioCard<string>[] = [
    ...(keep === undefined ? [] : [{ value: 'nothing', label: keep.label, hint: keep.hint }]),
    ...options.map(({ choice, label, endsAt }) =>
      endsAt === null
        ? { value: 'never', label: keysText.generate.never, hint: keysText.generate.neverHint }
        : { value: valueOf(choice), label, hint: keysText.generate.expiryEnds(exactTime(endsAt)) },
    ),
    { value: 'date', label: keysText.generate.onDate, hint: keysText.generate.dayHint },
  ]
  const choose = (chosen: string): void => {
    const option = options.find(({ choice }) => valueOf(choice) === chosen)
    if (chosen === 'date') onChange({ kind: 'date', day: value.kind === 'date' ? value.day : '' })
    else onChange(option?.choice ?? { kind: 'nothing' })
  }
  const end = value.kind === 'date' ? endOf(value, now) : null
  return (
    <div className="flex flex-col gap-3">
      <Field label={keysText.generate.expiry} group name="expiresAt">
        <RadioCards
          name="expiry"
          columns={2}
          value={value.kind === 'nothing' && keep === undefined ? null : valueOf(value)}
          onValueChange={choose}
          cards={cards}
        />
      </Field>
      {value.kind === 'date' && (
        <Field label={keysText.generate.day} hint={end === null ? keysText.generate.dayHint : keysText.generate.expiryEnds(exactTime(end))}>
          <Input
            type="date"
            value={value.day}
            min={dayText(new Date(now))}
            max={lastDay(type, now)}
            onValueChange={(day) => onChange({ kind: 'date', day })}
            className="sm:w-56"
          />
        </Field>
      )}
    </div>
  )
}

function valueOf(choice: ExpiryChoice): string {
  return choice.kind === 'seconds' ? String(choice.seconds) : choice.kind
}
