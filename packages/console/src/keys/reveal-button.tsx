import type { Role } from '@keywright/core/permissions.ts'
import { Copy } from 'lucide-react'
import { useState } from 'react'
import type { Key } from './key.ts'
import { commandLabel, commandState } from './key-command.ts'
import { keyTitle } from './key-title.ts'
import type { OfferedType } from './offered-type.ts'
import { useSecretCommand } from '../components/use-secret-command.ts'
import { text } from '../text/common.ts'
import { keysText } from '../text/keys.ts'
import { secretText } from '../text/secret.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { FormActions } from '../ui/form.tsx'
import { Mono } from '../ui/mono.tsx'
import { Problem } from '../ui/problem.tsx'
import { toast } from '../ui/toast.tsx'
import { useNow } from '../ui/use-now.ts'

/** Copies the secret of a retrievable key without showing it; nothing for keys whose secret is shown once. */
export function RevealButton({
  org,
  keyOf: key,
  offered,
  role,
  inRow = false,
}: {
  org: string
  keyOf: Key
  offered: OfferedType
  role: Role | null
  /** Small, and named with the key it is about. */ inRow?: boolean
}) {
  const now = useNow()
  const reveal = useSecretCommand('keys.reveal')
  const [byHand, setByHand] = useState<string | null>(null)
  const { offered: shown, reason } = commandState('reveal', key, offered.type, role, now)
  if (!shown || key.status === 'removed') return null
  const copy = async (): Promise<void> => {
    const answer = await reveal.run({ org, key: key.id })
    if (answer === null) return
    try {
      await navigator.clipboard.writeText(answer.secret)
      toast(keysText.single.copied)
    } catch {
      // The browser refuses the clipboard: then it is shown, so that it can be taken by hand.
      setByHand(answer.secret)
    }
  }
  return (
    <>
      <Button
        variant={inRow ? 'secondary' : 'primary'}
        size={inRow ? 'small' : 'medium'}
        icon={<Copy aria-hidden="true" className={inRow ? 'size-3.5' : 'size-4'} />}
        aria-label={inRow ? `${commandLabel(offered.type, 'reveal')}: ${keyTitle(key)}` : undefined}
        loading={reveal.isPending}
        disabledReason={reason}
        onClick={() => void copy()}
      >
        {commandLabel(offered.type, 'reveal')}
      </Button>
      {reveal.error !== null && (
        <Dialog open onOpenChange={reveal.reset} title={text.problems.title}>
          <Problem error={reveal.error} />
        </Dialog>
      )}
      {byHand !== null && (
        <Dialog open onOpenChange={() => setByHand(null)} title={secretText.label} description={keysText.single.shown}>
          <Mono>{byHand}</Mono>
          <FormActions>
            <Button variant="primary" onClick={() => setByHand(null)}>
              {text.close}
            </Button>
          </FormActions>
        </Dialog>
      )}
    </>
  )
}
