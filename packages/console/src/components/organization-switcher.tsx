import { Popover } from '@base-ui/react/popover'
import { Building2, Check, ChevronsUpDown } from 'lucide-react'
import { useEffect, useId, useRef, useState } from 'react'
import { Avatar } from './sidebar.tsx'
import type { Person } from '../api/contract.ts'
import { useRead } from '../api/hooks.ts'
import { pathTo } from '../paths.ts'
import { text } from '../text/common.ts'
import { shellText } from '../text/shell.ts'
import { Badge } from '../ui/badge.tsx'
import { Link } from '../ui/link.tsx'

interface Listed {
  slug: string
  name: string
  note: string
}

/** From one organization to another; with a search, since operators have many. */
export function OrganizationSwitcher({ person, org }: { person: Person; org: string | null }) {
  const [open, setOpen] = useState(false)
  const [typed, setTyped] = useState('')
  const wanted = useSettled(typed.trim())
  const { data: found } = useRead('organizations.list', { q: wanted || undefined, limit: 20 }, { enabled: person.operator && open, keepPrevious: true })
  const { data: current } = useRead('organizations.get', { org: org ?? '' }, { enabled: org !== null })
  const mine = person.memberships.map(({ organization, role }) => ({ slug: organization.slug, name: organization.name, note: text.roles[role] ?? role }))
  const listed: Listed[] = person.operator
    ? (found?.items
        .filter(({ status }) => status !== 'removed')
        .map(({ slug, name, status }) => ({ slug, name, note: status === 'active' ? slug : (text.statuses[status] ?? status) })) ?? [])
    : mine.filter(({ name, slug }) => `${name} ${slug}`.toLowerCase().includes(typed.trim().toLowerCase()))
  const name = current?.name ?? mine.find(({ slug }) => slug === org)?.name ?? org
  const inputId = useId()
  const list = useRef<HTMLUListElement>(null)

  return (
    <Popover.Root
      open={open}
      onOpenChange={(next) => {
        setOpen(next)
        if (next) setTyped('')
      }}
    >
      <Popover.Trigger className="flex h-11 items-center gap-2.5 rounded-lg px-2 text-left outline-offset-[-2px] transition-colors hover:bg-hover data-[popup-open]:bg-hover">
        {name === null ? (
          <span aria-hidden="true" className="flex size-7 shrink-0 items-center justify-center rounded-lg bg-hover text-ink-faint">
            <Building2 className="size-4" />
          </span>
        ) : (
          <Avatar name={name} square />
        )}
        <span className="min-w-0 flex-1">
          <span className="sr-only">{shellText.switchOrganization} </span>
          <span className="block truncate text-sm font-medium">{name ?? shellText.organizations}</span>
          {current?.status === 'suspended' && <span className="block truncate text-xs text-danger-ink">{text.statuses['suspended']}</span>}
        </span>
        {person.pendingInvitations > 0 && org === null && <Badge tone="accent">{String(person.pendingInvitations)}</Badge>}
        <ChevronsUpDown aria-hidden="true" className="size-4 shrink-0 text-ink-faint" />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Positioner align="start" sideOffset={6} className="z-50">
          <Popover.Popup className="w-72 rounded-xl border border-line bg-raised p-1.5 shadow-menu transition-opacity duration-100 outline-none data-[ending-style]:opacity-0 data-[starting-style]:opacity-0">
            <Popover.Title className="sr-only">{shellText.switchOrganization}</Popover.Title>
            <input
              id={inputId}
              type="search"
              value={typed}
              aria-label={shellText.findOrganization}
              placeholder={shellText.findOrganization}
              className="mb-1 h-8 w-full rounded-md bg-transparent px-2.5 text-base outline-none placeholder:text-ink-faint sm:text-sm"
              onChange={(event) => setTyped(event.target.value)}
              onKeyDown={(event) => {
                if (event.key === 'ArrowDown') {
                  event.preventDefault()
                  list.current?.querySelector('a')?.focus()
                }
                if (event.key === 'Enter') list.current?.querySelector('a')?.click()
              }}
            />
            <ul ref={list} className="max-h-72 overflow-y-auto border-t border-line pt-1">
              {listed.map((each) => (
                <li key={each.slug}>
                  <Link
                    to={pathTo('organization', { org: each.slug })}
                    className="flex items-center gap-2.5 rounded-md px-2.5 py-1.5 text-sm outline-none hover:bg-hover focus-visible:bg-hover"
                    onClick={() => setOpen(false)}
                    onKeyDown={moveBetweenLinks}
                  >
                    <Avatar name={each.name} square />
                    <span className="min-w-0 flex-1">
                      <span className="block truncate">{each.name}</span>
                      <span className="block truncate text-xs text-ink-faint">{each.note}</span>
                    </span>
                    {each.slug === org && <Check aria-hidden="true" className="size-4 text-accent-ink" />}
                  </Link>
                </li>
              ))}
              {listed.length === 0 && <li className="px-2.5 py-2 text-sm text-ink-faint">{shellText.noOrganizationFound}</li>}
            </ul>
            <div className="mt-1 border-t border-line pt-1">
              <Link
                to={pathTo('myOrganizations')}
                className="flex items-center justify-between rounded-md px-2.5 py-1.5 text-sm outline-none hover:bg-hover focus-visible:bg-hover"
                onClick={() => setOpen(false)}
              >
                {shellText.myOrganizations}
                {person.pendingInvitations > 0 && <Badge tone="accent">{shellText.pendingInvitations(person.pendingInvitations)}</Badge>}
              </Link>
            </div>
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  )
}

function moveBetweenLinks(event: React.KeyboardEvent<HTMLElement>): void {
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
  event.preventDefault()
  const links = [...(event.currentTarget.closest('ul')?.querySelectorAll('a') ?? [])]
  const index = links.indexOf(document.activeElement as HTMLAnchorElement) + (event.key === 'ArrowDown' ? 1 : -1)
  links[Math.min(Math.max(index, 0), links.length - 1)]?.focus()
}

/** The value once it has stood still for a moment. */
function useSettled(value: string): string {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), 200)
    return () => clearTimeout(timer)
  }, [value])
  return settled
}
