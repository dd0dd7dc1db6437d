import { Download } from 'lucide-react'
import { useEffect, useId, useRef, useState, type ReactNode } from 'react'
import { flushSync } from 'react-dom'
import { LeaveGuard } from './leave-guard.tsx'
import { secretText } from '../text/secret.ts'
import { Banner } from '../ui/banner.tsx'
import { Button } from '../ui/button.tsx'
import { Checkbox } from '../ui/choice.tsx'
import { CopyButton } from '../ui/copy.tsx'
import { FormActions } from '../ui/form.tsx'

interface Props {
  secret: string
  /** Name of the variable in the `.env` file. */
  variable: string
  /** The whole file, with comments; default: the variable alone. */
  file?: string
  /** True: an administrator can see it again, so losing it is no loss. */
  retrievable?: boolean
  /** Calls to try and the like, between the secret and the question. */
  children?: ReactNode
  /** After the person has said that it is stored. */
  onDone: () => void
  doneLabel?: string
  /** After the person left all the same: where the page itself stays, it must not show the secret any more. */
  onLeave?: () => void
}

/**
 * A secret at the one moment it is shown. It is not lost by a stray click, Escape, Back, a link or closing the window: each asks first,
 * until the person has said that it is stored. Lives in this component's props alone.
 */
export function SecretPanel({ secret, variable, file, retrievable = false, children, onDone, doneLabel = secretText.done, onLeave }: Props) {
  const id = useId()
  const field = useRef<HTMLInputElement>(null)
  const [stored, setStored] = useState(false)
  useEffect(() => field.current?.focus(), [])
  return (
    <div className="flex flex-col gap-4">
      <LeaveGuard active={!stored && !retrievable} said={secretText.leave} onLeave={onLeave} />
      <Banner tone={retrievable ? 'info' : 'warning'} live>
        {retrievable ? secretText.again : secretText.once}
      </Banner>
      <div>
        <label htmlFor={id} className="mb-1.5 block text-sm font-medium">
          {secretText.label}
        </label>
        <div className="flex flex-wrap items-stretch gap-2">
          <input
            ref={field}
            id={id}
            readOnly
            value={secret}
            spellCheck={false}
            autoComplete="off"
            data-secret=""
            className="h-10 min-w-0 flex-1 basis-64 rounded-lg border border-field-line bg-sunken px-3 font-mono text-[0.8125rem]"
            onFocus={(event) => {
              event.target.select()
              // Selecting goes to the end; what kind of secret it is stands at the beginning.
              event.target.scrollLeft = 0
            }}
          />
          <CopyButton value={secret} variant="primary" />
          <Button icon={<Download aria-hidden="true" className="size-4" />} onClick={() => download(file ?? `${variable}=${secret}\n`)}>
            {secretText.download}
          </Button>
        </div>
      </div>
      {children}
      <div className="flex flex-col gap-3 border-t border-line pt-4 sm:flex-row sm:items-center sm:justify-between">
        {retrievable ? <span /> : <Checkbox label={secretText.stored} checked={stored} onCheckedChange={setStored} />}
        <FormActions>
          <Button variant="primary" disabledReason={stored || retrievable ? undefined : secretText.confirmFirst} onClick={onDone}>
            {doneLabel}
          </Button>
        </FormActions>
      </div>
    </div>
  )
}

/**
 * Asks before the page is left while a secret is on its way: it would be made, and nobody would have seen it. Who draws the panel then
 * does it in `drawSecret`.
 */
export function SecretOnItsWay({ active }: { active: boolean }) {
  return <LeaveGuard active={active} said={secretText.leaveWhileMade} />
}

/** Draws the panel at once, its question included: drawn a frame later, a click in between would leave unasked. */
export function drawSecret(draw: () => void): void {
  flushSync(draw)
}

/** Hands the text over as a file without a trip through the server or an address that holds it. */
function download(content: string): void {
  const url = URL.createObjectURL(new Blob([content], { type: 'application/octet-stream' }))
  const link = document.createElement('a')
  link.href = url
  // Browsers take a dot away from the beginning of a name.
  link.download = 'keywright.env'
  link.click()
  // The browser has begun to read it by then.
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}
