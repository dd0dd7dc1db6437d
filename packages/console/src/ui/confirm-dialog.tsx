import type { KeywrightError } from '@keywright/sdk/client/keywright-error.ts'
import { useState, type ReactNode } from 'react'
import { Button } from './button.tsx'
import { Dialog } from './dialog.tsx'
import { Field } from './field.tsx'
import { Form, FormActions } from './form.tsx'
import { Input } from './input.tsx'
import { text } from '../text/common.ts'

interface Props {
  open: boolean
  onOpenChange: (open: boolean) => void
  title: ReactNode
  /** What it does, now, in numbers: shown before it asks. */
  impact?: ReactNode
  children?: ReactNode
  confirmLabel: string
  danger?: boolean
  onConfirm: () => void
  loading?: boolean
  error?: KeywrightError | null
  /** What must be typed first, for what cannot be undone; `typeLabel` asks for it. */
  typeToConfirm?: string
  typeLabel?: ReactNode
  disabledReason?: string | undefined
}

/** Danger shows its live impact before it asks. */
export function ConfirmDialog({ typeToConfirm, typeLabel, ...props }: Props) {
  const [typed, setTyped] = useState('')
  const missing = typeToConfirm !== undefined && typed.trim() !== typeToConfirm
  const close = (open: boolean): void => {
    if (!open) setTyped('')
    props.onOpenChange(open)
  }
  return (
    <Dialog open={props.open} onOpenChange={close} title={props.title}>
      <Form error={props.error ?? null} onSubmit={() => !missing && props.disabledReason === undefined && props.loading !== true && props.onConfirm()}>
        {props.impact}
        {props.children}
        {typeToConfirm !== undefined && (
          <Field label={typeLabel ?? text.typeToConfirm(typeToConfirm)}>
            <Input value={typed} onValueChange={setTyped} autoComplete="off" spellCheck={false} mono />
          </Field>
        )}
        <FormActions>
          <Button
            type="submit"
            variant={props.danger ? 'danger' : 'primary'}
            loading={props.loading ?? false}
            disabledReason={props.disabledReason ?? (missing ? text.typeFirst(typeToConfirm) : undefined)}
          >
            {props.confirmLabel}
          </Button>
          <Button variant="ghost" onClick={() => close(false)}>
            {text.cancel}
          </Button>
        </FormActions>
      </Form>
    </Dialog>
  )
}

interface CommandProps extends Omit<Props, 'onOpenChange' | 'loading' | 'error'> {
  command: { isPending: boolean; error: KeywrightError | null; reset: () => void }
  onClose: () => void
}

/** The same for one command, whose course it shows; what the last attempt came to is forgotten when it closes. */
export function ConfirmCommand({ command, onClose, ...props }: CommandProps) {
  const close = (): void => {
    command.reset()
    onClose()
  }
  return <ConfirmDialog {...props} onOpenChange={(open) => !open && close()} loading={command.isPending} error={command.error} />
}
