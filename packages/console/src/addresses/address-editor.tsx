import { X } from 'lucide-react'
import { useState } from 'react'
import { addressesText } from '../text/addresses.ts'
import { IconButton } from '../ui/button.tsx'
import { RadioCards } from '../ui/choice.tsx'
import { ConfirmDialog } from '../ui/confirm-dialog.tsx'
import { Field } from '../ui/field.tsx'
import { Input } from '../ui/input.tsx'
import { Mono } from '../ui/mono.tsx'
import { AddressAdd } from './address-add.tsx'
import { AddressTest } from './address-test.tsx'
import type { AddressEntry } from './paste.ts'
import type { AddressRule } from './test-address.ts'

interface Props {
  /** An empty list is a draft: it may not be saved. */
  value: AddressRule
  onChange: (rule: AddressRule) => void
  /** The address the server sees this person at; offered as an entry. */
  ownAddress?: string | null
  /** The path under which the server names its problems. */
  name?: string
  error?: string | undefined
  /** Why "any address" cannot be chosen here; it stays visible. */
  anyReason?: string | undefined
  /** Another list that must let a call in as well: the test asks both. */
  also?: AddressRule | undefined
}

/**
 * An address rule: a list (add, paste, label, remove) or "any address" by choice, and a test of an address against what stands
 * on the page. Removing the last entry asks, since an empty list is nothing one could mean.
 */
export function AddressEditor({ value, onChange, ownAddress = null, name = 'addresses', error, anyReason, also }: Props) {
  const [last, setLast] = useState<AddressEntry | null>(null)
  // Changing one's mind twice loses nothing.
  const [remembered, setRemembered] = useState<readonly AddressEntry[]>(value === 'any' ? [] : value)
  const entries = value === 'any' ? remembered : value
  const change = (next: readonly AddressEntry[]): void => {
    setRemembered(next)
    onChange(next)
  }
  const remove = (entry: AddressEntry): void => {
    if (entries.length === 1 && anyReason === undefined) setLast(entry)
    else change(entries.filter((each) => each !== entry))
  }
  return (
    <div className="flex flex-col gap-4">
      <Field label={addressesText.mode} group name={name} error={error}>
        <RadioCards
          name="mode"
          columns={2}
          value={value === 'any' ? 'any' : 'only'}
          onValueChange={(mode) => onChange(mode === 'any' ? 'any' : remembered)}
          cards={[
            { value: 'only', label: addressesText.only, hint: addressesText.onlyHint },
            { value: 'any', label: addressesText.any, hint: addressesText.anyHint, disabledReason: anyReason },
          ]}
        />
      </Field>
      {value !== 'any' && (
        <>
          <Entries
            entries={entries}
            onRemove={remove}
            onLabel={(entry, label) => change(entries.map((each) => (each === entry ? { ...each, label } : each)))}
          />
          <AddressAdd entries={entries} onAdd={(added) => change([...entries, ...added])} ownAddress={ownAddress} />
        </>
      )}
      <AddressTest rule={value} also={also} />
      <ConfirmDialog
        open={last !== null}
        onOpenChange={(open) => !open && setLast(null)}
        title={addressesText.lastTitle}
        confirmLabel={addressesText.lastConfirm}
        onConfirm={() => {
          setRemembered([])
          onChange('any')
          setLast(null)
        }}
      >
        <p className="text-sm text-ink-soft">{addressesText.last}</p>
      </ConfirmDialog>
    </div>
  )
}

function Entries({
  entries,
  onRemove,
  onLabel,
}: {
  entries: readonly AddressEntry[]
  onRemove: (entry: AddressEntry) => void
  onLabel: (entry: AddressEntry, label: string | null) => void
}) {
  if (entries.length === 0)
    return <p className="rounded-lg border border-dashed border-line-strong px-3.5 py-4 text-sm text-ink-soft">{addressesText.nothingYet}</p>
  return (
    <ul aria-label={addressesText.list} className="max-h-96 divide-y divide-line overflow-y-auto rounded-lg border border-line">
      {entries.map((entry) => (
        <li key={entry.cidr} className="flex items-center gap-3 py-1.5 pr-1.5 pl-3.5">
          <Mono className="w-44 shrink-0 max-sm:w-32">{entry.cidr}</Mono>
          <Input
            aria-label={addressesText.labelOf(entry.cidr)}
            placeholder={addressesText.labelPlaceholder}
            maxLength={100}
            value={entry.label ?? ''}
            onValueChange={(label) => onLabel(entry, label === '' ? null : label)}
            className="h-8 border-transparent bg-transparent shadow-none hover:border-field-line"
          />
          <IconButton label={addressesText.remove(entry.cidr)} onClick={() => onRemove(entry)}>
            <X aria-hidden="true" className="size-4" />
          </IconButton>
        </li>
      ))}
    </ul>
  )
}
