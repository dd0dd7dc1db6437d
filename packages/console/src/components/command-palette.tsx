import { useNavigate } from '@tanstack/react-router'
import { Dialog as Base } from '@base-ui/react/dialog'
import { useEffect, useState } from 'react'
import { KEY_ICON, OPERATOR_ENTRIES, organizationEntries, useKeyPages, type NavigationEntry } from './navigation.ts'
import type { Person } from '../api/contract.ts'
import { pathTo } from '../paths.ts'
import { shellText } from '../text/shell.ts'
import { Building2, UserRound } from 'lucide-react'

const OPEN = 'keywright:open-command-palette'

export function openCommandPalette(): void {
  document.dispatchEvent(new Event(OPEN))
}

interface Command extends NavigationEntry {
  group: string
}

/** Ctrl-K (or Command-K): to any page by typing a part of its name. */
export function CommandPalette({ person, org }: { person: Person; org: string | null }) {
  const [open, setOpen] = useState(false)
  useEffect(() => {
    const show = (): void => setOpen(true)
    const key = (event: KeyboardEvent): void => {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return
      event.preventDefault()
      setOpen((before) => !before)
    }
    document.addEventListener(OPEN, show)
    document.addEventListener('keydown', key)
    return () => {
      document.removeEventListener(OPEN, show)
      document.removeEventListener('keydown', key)
    }
  }, [])
  return (
    <Base.Root open={open} onOpenChange={setOpen}>
      <Base.Portal>
        <Base.Backdrop className="fixed inset-0 z-40 bg-black/40 transition-opacity duration-100 data-[ending-style]:opacity-0 data-[starting-style]:opacity-0" />
        <Base.Popup className="fixed top-[12vh] left-1/2 z-40 w-[min(36rem,calc(100vw-2rem))] -translate-x-1/2 overflow-hidden rounded-xl border border-line bg-raised shadow-menu outline-none">
          <Base.Title className="sr-only">{shellText.commands}</Base.Title>
          <Palette person={person} org={org} close={() => setOpen(false)} />
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  )
}

function Palette({ person, org, close }: { person: Person; org: string | null; close: () => void }) {
  const navigate = useNavigate()
  const [typed, setTyped] = useState('')
  const [index, setIndex] = useState(0)
  const { pages } = useKeyPages(org ?? '')
  const commands: Command[] = [
    ...(org === null ? [] : pages.map(({ slug, title }) => ({ label: title, to: pathTo('keyPage', { org, page: slug }), icon: KEY_ICON, group: org }))),
    ...(org === null ? [] : organizationEntries(person, org).map((entry) => ({ ...entry, group: org }))),
    ...person.memberships.map(({ organization }) => ({
      label: organization.name,
      to: pathTo('organization', { org: organization.slug }),
      icon: Building2,
      group: shellText.myOrganizations,
    })),
    ...(person.operator ? OPERATOR_ENTRIES.map((entry) => ({ ...entry, group: shellText.installation })) : []),
    { label: shellText.account, to: pathTo('account'), icon: UserRound, group: person.name },
    { label: shellText.myOrganizations, to: pathTo('myOrganizations'), icon: Building2, group: person.name },
  ]
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean)
  const found = commands.filter(({ label, group }) => words.every((word) => `${label} ${group}`.toLowerCase().includes(word)))
  const chosen = Math.min(index, found.length - 1)
  const go = (command: Command | undefined): void => {
    if (command === undefined) return
    close()
    void navigate({ to: command.to as never })
  }
  return (
    <>
      <input
        role="combobox"
        aria-expanded="true"
        aria-controls="command-list"
        aria-activedescendant={found[chosen] === undefined ? undefined : `command-${chosen}`}
        aria-label={shellText.commandsHint}
        placeholder={shellText.commandsHint}
        value={typed}
        className="h-12 w-full border-b border-line bg-transparent px-4 text-base outline-none placeholder:text-ink-faint"
        onChange={(event) => {
          setTyped(event.target.value)
          setIndex(0)
        }}
        onKeyDown={(event) => {
          if (event.key === 'ArrowDown') setIndex(Math.min(chosen + 1, found.length - 1))
          else if (event.key === 'ArrowUp') setIndex(Math.max(chosen - 1, 0))
          else if (event.key === 'Enter') go(found[chosen])
          else return
          event.preventDefault()
        }}
      />
      <ul id="command-list" role="listbox" aria-label={shellText.commands} className="max-h-[50vh] overflow-y-auto p-1.5">
        {found.map((command, position) => (
          // The keys of this list are handled where the focus is: in the field above.
          // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
          <li
            key={`${command.group} ${command.to}`}
            id={`command-${position}`}
            role="option"
            aria-selected={position === chosen}
            className="flex cursor-pointer items-center gap-3 rounded-lg px-3 py-2 text-sm aria-selected:bg-hover"
            ref={(element) => {
              if (position === chosen) element?.scrollIntoView({ block: 'nearest' })
            }}
            onMouseMove={() => setIndex(position)}
            onClick={() => go(command)}
          >
            <command.icon aria-hidden="true" className="size-4 shrink-0 text-ink-faint" />
            <span className="min-w-0 flex-1 truncate">{command.label}</span>
            <span className="truncate text-xs text-ink-faint">{command.group}</span>
          </li>
        ))}
        {found.length === 0 && <li className="px-3 py-6 text-center text-sm text-ink-faint">{shellText.nothingFound}</li>}
      </ul>
    </>
  )
}
