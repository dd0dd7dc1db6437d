import { CircleCheck, CircleX } from 'lucide-react'
import { useState } from 'react'
import { useCommand } from '../../api/hooks.ts'
import { addressesText } from '../../text/addresses.ts'
import { keysText } from '../../text/keys.ts'
import { Button } from '../../ui/button.tsx'
import { Field } from '../../ui/field.tsx'
import { Form } from '../../ui/form.tsx'
import { Input } from '../../ui/input.tsx'
import { Section } from '../../ui/layout.tsx'

/** Asks the server whether a call from an address would be let through, and by which entry. */
export function AddressCheck({ org, keyId }: { org: string; keyId: string }) {
  const [address, setAddress] = useState('')
  const check = useCommand('keys.check-address', { refreshes: [] })
  return (
    <Section title={keysText.page.test} description={keysText.page.testHint}>
      <Form error={check.error} onSubmit={() => check.mutate({ org, key: keyId, address: address.trim() })} className="gap-3">
        <div className="flex items-start gap-2">
          <div className="min-w-0 flex-1">
            <Field label={keysText.page.address} labelHidden name="address">
              <Input mono value={address} onValueChange={setAddress} placeholder={addressesText.testPlaceholder} autoComplete="off" spellCheck={false} />
            </Field>
          </div>
          <Button type="submit" loading={check.isPending}>
            {keysText.generate.testAction}
          </Button>
        </div>
      </Form>
      <div aria-live="polite" className="text-sm empty:hidden">
        {check.data !== undefined && <Answer answer={check.data} />}
      </div>
    </Section>
  )
}

function Answer({
  answer: { address, allowed, rules },
}: {
  answer: { address: string; allowed: boolean; rules: { list: string; allowed: boolean; matched: string | null }[] }
}) {
  const Icon = allowed ? CircleCheck : CircleX
  return (
    <div className="mt-3">
      <p className={`flex items-start gap-1.5 font-medium ${allowed ? 'text-success-ink' : 'text-danger-ink'}`}>
        <Icon aria-hidden="true" className="mt-0.5 size-4 shrink-0" />
        <span className="break-all">{allowed ? keysText.page.testAllowed(address) : keysText.page.testRefused(address)}</span>
      </p>
      <ul className="mt-1 pl-5.5 text-xs text-ink-soft">
        {rules.map(({ list, matched }) => (
          <li key={list} className="break-all">
            {keysText.page.testRule(keysText.page.lists[list] ?? list, matched)}
          </li>
        ))}
      </ul>
    </div>
  )
}
