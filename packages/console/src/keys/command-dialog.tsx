import type { Propagation } from '@keywright/core/contract/common.ts'
import { useState } from 'react'
import { Effect } from './effect.tsx'
import type { Key } from './key.ts'
import { commandLabel } from './key-command.ts'
import { keyTitle } from './key-title.ts'
import type { OfferedType } from './offered-type.ts'
import { PropagationNote } from './propagation-note.tsx'
import { ReplaceDialog } from './replace-dialog.tsx'
import { useRecentUsage } from './use-recent-usage.ts'
import { overlapOf } from './versions.ts'
import { useCommand, useRead } from '../api/hooks.ts'
import { useStepUp } from '../components/step-up.tsx'
import { text } from '../text/common.ts'
import { keysText } from '../text/keys.ts'
import { Button } from '../ui/button.tsx'
import { ConfirmDialog } from '../ui/confirm-dialog.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { FormActions } from '../ui/form.tsx'
import { useNow } from '../ui/use-now.ts'
import { toast } from '../ui/toast.tsx'

export type AskedCommand = 'activate' | 'deactivate' | 'remove' | 'replace' | 'finish-overlap'

interface Props {
  command: AskedCommand
  org: string
  /** As the page knows it; read anew before anything is asked. */
  known: Key
  offered: OfferedType
  onClose: () => void
}

/** Asks before a command, showing what the key does now, and afterwards who refuses it by then. */
export function CommandDialog(props: Props) {
  return props.command === 'replace' ? <ReplaceDialog {...props} /> : <Ask {...props} command={props.command} />
}

function Ask({ command, org, known, offered, onClose }: Props & { command: Exclude<AskedCommand, 'replace'> }) {
  const { type } = offered
  const { data: key = known } = useRead('keys.get', { org, key: known.id })
  const usage = useRecentUsage(org, known.id)
  const withStepUp = useStepUp()
  const operation = useCommand(`keys.${command}`)
  const [done, setDone] = useState<{ propagation: Propagation | undefined } | null>(null)
  const name = keyTitle(key)
  const label = commandLabel(type, command)
  const overlap = overlapOf(key, useNow())
  // Within the week that the dialog shows: whatever uses it would break.
  const usedLately = key.status === 'active' && (usage.data?.series.some(({ decision }) => decision === 'allowed') ?? false)

  const confirm = async (): Promise<void> => {
    try {
      const answer = await withStepUp(() => operation.mutateAsync({ org, key: known.id, call: { confirm: command !== 'activate' } }))
      if (command !== 'activate') return setDone({ propagation: (answer as { propagation?: Propagation }).propagation })
      toast(keysText.dialog.done['activate'] as string, { description: name })
      onClose()
    } catch {
      // Shown in the dialog.
    }
  }

  if (done !== null) {
    return (
      <Dialog open onOpenChange={onClose} title={name}>
        <PropagationNote propagation={done.propagation} title={keysText.dialog.done[command] as string} />
        <FormActions>
          <Button variant="primary" onClick={onClose}>
            {text.close}
          </Button>
        </FormActions>
      </Dialog>
    )
  }
  const mints = type.mints !== null
  const words = {
    activate: { title: keysText.dialog.title(label, name), effect: mints ? keysText.dialog.activateMint : keysText.dialog.activate },
    deactivate: { title: keysText.dialog.title(label, name), effect: mints ? keysText.dialog.deactivateMint : keysText.dialog.deactivate },
    remove: { title: keysText.dialog.title(label, name), effect: mints ? keysText.dialog.removeMint : keysText.dialog.remove },
    'finish-overlap': { title: keysText.dialog.finishTitle, effect: keysText.dialog.finish(overlap?.version ?? key.newestVersion - 1) },
  }[command]
  const old =
    command === 'finish-overlap'
      ? (key.versions ?? []).filter(({ number, live }) => live && number !== key.newestVersion).map(({ number }) => number)
      : undefined
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={words.title}
      impact={command === 'activate' ? undefined : <Effect seen={key.lastSeen} usage={usage.data} {...(old === undefined ? {} : { versions: old })} />}
      confirmLabel={label}
      danger={command === 'remove' || command === 'deactivate' || command === 'finish-overlap'}
      onConfirm={() => void confirm()}
      loading={operation.isPending}
      error={operation.error}
      {...(command === 'remove' && usedLately ? { typeToConfirm: key.hint.slice(-4), typeLabel: keysText.dialog.removeUsed(key.hint.slice(-4)) } : {})}
    >
      <p className="text-sm text-pretty text-ink-soft">{words.effect}</p>
    </ConfirmDialog>
  )
}
