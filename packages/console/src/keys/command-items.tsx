import type { KeyCommand } from '@keywright/core/lifecycle.ts'
import type { Role } from '@keywright/core/permissions.ts'
import { Pause, Play, RefreshCw, TimerOff, Trash2 } from 'lucide-react'
import type { ReactNode } from 'react'
import type { AskedCommand } from './command-dialog.tsx'
import type { Key } from './key.ts'
import { commandLabel, commandState } from './key-command.ts'
import type { OfferedType } from './offered-type.ts'
import type { MenuItem } from '../ui/menu.tsx'

const ORDER = ['activate', 'deactivate', 'replace', 'finish-overlap', 'remove'] as const satisfies readonly KeyCommand[]
const ICONS: Record<AskedCommand, ReactNode> = {
  activate: <Play aria-hidden="true" className="size-4 text-ink-faint" />,
  deactivate: <Pause aria-hidden="true" className="size-4 text-ink-faint" />,
  replace: <RefreshCw aria-hidden="true" className="size-4 text-ink-faint" />,
  'finish-overlap': <TimerOff aria-hidden="true" className="size-4 text-ink-faint" />,
  remove: <Trash2 aria-hidden="true" className="size-4" />,
}

export function commandIcon(command: AskedCommand): ReactNode {
  return ICONS[command]
}

export interface CommandOption {
  command: AskedCommand
  label: string
  reason: string | undefined
}

/** The commands to show for a key: what the type offers, with the reason where one is not allowed; what is so already is left out. */
export function commandOptions(key: Key, offered: OfferedType, role: Role | null, now: number): CommandOption[] {
  return ORDER.flatMap((command) => {
    const { offered: shown, reason, verdict } = commandState(command, key, offered.type, role, now)
    // Activating what is active, and finishing what does not run, is nothing anybody looks for.
    if (!shown || verdict === 'no-op' || (command === 'finish-overlap' && reason !== undefined)) return []
    if (command === 'activate' && verdict === 'refused' && key.status !== 'pending' && key.status !== 'inactive') return []
    return [{ command, label: commandLabel(offered.type, command), reason }]
  })
}

export function commandItems(key: Key, offered: OfferedType, role: Role | null, now: number, ask: (command: AskedCommand) => void): MenuItem[] {
  return commandOptions(key, offered, role, now).map(({ command, label, reason }) => ({
    label,
    icon: ICONS[command],
    danger: command === 'remove',
    disabledReason: reason,
    onSelect: () => ask(command),
  }))
}
