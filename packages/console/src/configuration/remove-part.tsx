import type { KeywrightError } from '@keywright/sdk/client/keywright-error.ts'
import { useState, type ReactNode } from 'react'
import { configurationText } from '../text/configuration.ts'
import { Button } from '../ui/button.tsx'
import { ConfirmCommand } from '../ui/confirm-dialog.tsx'
import { Section } from '../ui/layout.tsx'

interface Props {
  slug: string
  title: string
  hint: string
  /** What the question shows before it asks. */
  impact: ReactNode
  /** Why it cannot be removed now. */
  blocked?: string | undefined
  command: { isPending: boolean; error: KeywrightError | null; reset: () => void }
  onConfirm: () => void
}

/** The end of a page of the configuration: takes the thing away, once its name has been typed. */
export function RemovePart({ slug, title, hint, impact, blocked, command, onConfirm }: Props) {
  const { common } = configurationText
  const [asking, setAsking] = useState(false)
  return (
    <Section
      title={common.danger}
      description={hint}
      danger
      actions={
        <Button variant="danger-quiet" disabledReason={blocked} onClick={() => setAsking(true)}>
          {common.remove}
        </Button>
      }
    >
      <ConfirmCommand
        open={asking}
        command={command}
        onClose={() => setAsking(false)}
        title={title}
        impact={impact}
        confirmLabel={common.remove}
        danger
        typeToConfirm={slug}
        onConfirm={onConfirm}
      />
    </Section>
  )
}
