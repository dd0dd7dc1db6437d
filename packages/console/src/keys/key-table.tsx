import type { Role } from '@keywright/core/permissions.ts'
import { Settings } from 'lucide-react'
import type { AskedCommand } from './command-dialog.tsx'
import { commandItems } from './command-items.tsx'
import { EndsAt } from './ends-at.tsx'
import type { Key } from './key.ts'
import { keyTitle } from './key-title.ts'
import type { OfferedType } from './offered-type.ts'
import { RevealButton } from './reveal-button.tsx'
import { ROW_LINK } from './row-focus.ts'
import { pathTo } from '../paths.ts'
import { keysText } from '../text/keys.ts'
import { StatusPill } from '../ui/badge.tsx'
import { IconButton } from '../ui/button.tsx'
import { Link } from '../ui/link.tsx'
import { Menu } from '../ui/menu.tsx'
import { Hint } from '../ui/mono.tsx'
import { type Column, Table } from '../ui/table.tsx'
import { Time } from '../ui/time.tsx'
import { useNow } from '../ui/use-now.ts'

interface Props {
  caption: string
  org: string
  role: Role | null
  keys: readonly Key[]
  types: readonly OfferedType[]
  showEnvironment: boolean
  onCommand: (command: AskedCommand, key: Key) => void
  onTag: (tag: string) => void
}

export function KeyTable({ caption, org, role, keys, types, showEnvironment, onCommand, onTag }: Props) {
  const now = useNow()
  const typeOf = (key: Key): OfferedType | undefined => types.find(({ slug }) => slug === key.type)
  // Where nobody gave a name, the hint is what tells keys apart.
  const named = keys.some(({ name }) => name !== '')

  const link = (key: Key) => (
    <Link
      {...ROW_LINK}
      to={pathTo('key', { org, key: key.id })}
      aria-label={key.name === '' ? `${typeOf(key)?.label ?? key.type} ${key.hint}` : undefined}
      className="rounded-sm font-medium hover:underline"
    >
      {key.name === '' ? named ? <span className="text-ink-faint">{keysText.unnamed}</span> : <Hint hint={key.hint} /> : key.name}
    </Link>
  )
  const columns: Column<Key>[] = [
    {
      id: 'key',
      header: keysText.list.key,
      primary: true,
      cell: (key) => (
        <div className="flex min-w-0 flex-wrap items-center gap-x-2 gap-y-1">
          <span className="min-w-0 [overflow-wrap:anywhere]">{link(key)}</span>
          {key.tags.slice(0, 3).map((tag) => (
            <button
              key={tag}
              type="button"
              aria-label={keysText.list.withTag(tag)}
              className="rounded bg-sunken px-1.5 text-xs font-normal text-ink-soft ring-1 ring-line ring-inset hover:text-ink"
              onClick={() => onTag(tag)}
            >
              {tag}
            </button>
          ))}
        </div>
      ),
    },
    ...(named ? [{ id: 'hint', header: keysText.list.hint, width: 'sm:w-[14%]', cell: (key: Key) => <Hint hint={key.hint} /> }] : []),
    ...(types.length > 1
      ? [
          {
            id: 'type',
            header: keysText.list.type,
            width: 'sm:w-[14%]',
            cell: (key: Key) => <span className="text-ink-soft">{typeOf(key)?.label ?? key.type}</span>,
          },
        ]
      : []),
    ...(showEnvironment
      ? [
          {
            id: 'environment',
            header: keysText.list.environment,
            width: 'sm:w-[12%]',
            cell: (key: Key) => <span className="text-ink-soft">{key.environment}</span>,
          },
        ]
      : []),
    { id: 'status', header: keysText.list.status, width: 'sm:w-[12%]', cell: (key) => <StatusPill status={key.status} /> },
    { id: 'used', header: keysText.list.lastUsed, width: 'sm:w-[13%]', cell: (key) => <Time at={key.lastSeen?.at ?? null} fallback={keysText.never} /> },
    { id: 'ends', header: keysText.list.ends, width: 'sm:w-[17%]', cell: (key) => <EndsAt of={key} /> },
    {
      id: 'commands',
      header: keysText.list.commands,
      headerHidden: true,
      align: 'right',
      width: 'sm:w-20',
      cell: (key) => {
        const offered = typeOf(key)
        if (offered === undefined || key.status === 'removed') return null
        const items = commandItems(key, offered, role, now, (command) => onCommand(command, key))
        return (
          <span className="inline-flex items-center gap-1">
            <RevealButton org={org} keyOf={key} offered={offered} role={role} inRow />
            <Menu
              trigger={
                <IconButton label={keysText.list.commandsOf(keyTitle(key))}>
                  <Settings aria-hidden="true" className="size-4" />
                </IconButton>
              }
              items={[
                { kind: 'link', label: keysText.list.details, to: pathTo('key', { org, key: key.id }) },
                ...(items.length === 0 ? [] : [{ kind: 'separator' as const }, ...items]),
              ]}
            />
          </span>
        )
      },
    },
  ]
  return (
    <Table
      caption={caption}
      columns={columns}
      rows={keys}
      rowKey={({ id }) => id}
      isDim={({ status }) => status === 'removed' || status === 'expired' || status === 'retired'}
    />
  )
}
