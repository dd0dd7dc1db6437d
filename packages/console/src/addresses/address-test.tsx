import { CircleCheck, CircleX } from 'lucide-react'
import { useState } from 'react'
import { addressesText } from '../text/addresses.ts'
import { Field } from '../ui/field.tsx'
import { Input } from '../ui/input.tsx'
import { type AddressRule, type AddressVerdict, testAddress } from './test-address.ts'

/** Would this address be let in by what stands on the page now, saved or not. */
export function AddressTest({
  rule,
  also,
}: {
  rule: AddressRule
  /** A list of the organization that must let it in as well. */ also?: AddressRule | undefined
}) {
  const [written, setWritten] = useState('')
  const verdict = written.trim() === '' ? null : testAddress(rule, written)
  const second = verdict?.kind === 'allowed' && also !== undefined ? testAddress(also, written) : null
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2 rounded-lg bg-sunken px-3.5 py-3">
      <div className="flex items-center gap-3 max-sm:w-full max-sm:flex-col max-sm:items-stretch">
        <Field label={addressesText.test} labelHidden>
          <Input
            mono
            autoComplete="off"
            spellCheck={false}
            placeholder={`${addressesText.test}: ${addressesText.testPlaceholder}`}
            value={written}
            onValueChange={setWritten}
            className="sm:w-80"
            onKeyDown={(event) => event.key === 'Enter' && event.preventDefault()}
          />
        </Field>
      </div>
      <p aria-live="polite" className="min-w-0 flex-1 basis-48 text-sm empty:hidden">
        {second?.kind === 'refused' ? <Refused>{addressesText.tested.refusedAlso(second.address)}</Refused> : verdict !== null && <Verdict verdict={verdict} />}
      </p>
    </div>
  )
}

function Refused({ children }: { children: string }) {
  return (
    <span className="inline-flex items-start gap-1.5 text-danger-ink">
      <CircleX aria-hidden="true" className="mt-0.5 size-4 shrink-0" />
      <span className="[overflow-wrap:anywhere]">{children}</span>
    </span>
  )
}

function Verdict({ verdict }: { verdict: AddressVerdict }) {
  if (verdict.kind === 'unreadable') return <span className="text-ink-faint">{verdict.message}</span>
  if (verdict.kind === 'refused') return <Refused>{sentence(verdict)}</Refused>
  return (
    <span className="inline-flex items-start gap-1.5 text-success-ink">
      <CircleCheck aria-hidden="true" className="mt-0.5 size-4 shrink-0" />
      <span className="[overflow-wrap:anywhere]">{sentence(verdict)}</span>
    </span>
  )
}

function sentence(verdict: Exclude<AddressVerdict, { kind: 'unreadable' }>): string {
  const { tested } = addressesText
  if (verdict.kind === 'refused') return tested.refused(verdict.address)
  if (verdict.by === 'any') return tested.any(verdict.address)
  return tested.allowed(verdict.address, verdict.by.label === null ? verdict.by.cidr : `${verdict.by.cidr} (${verdict.by.label})`)
}
