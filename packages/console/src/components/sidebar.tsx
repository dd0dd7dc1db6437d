import { useParams } from '@tanstack/react-router'
import { BookOpen, Building2, ChevronsUpDown, LogOut, Search, UserRound } from 'lucide-react'
import type { ReactNode } from 'react'
import { KEY_ICON, OPERATOR_ENTRIES, organizationEntries, useKeyPages, type NavigationEntry } from './navigation.ts'
import { openCommandPalette } from './command-palette.tsx'
import { OrganizationSwitcher } from './organization-switcher.tsx'
import type { Person } from '../api/contract.ts'
import { useRead } from '../api/hooks.ts'
import { useSignOut } from '../hooks/use-sign-out.ts'
import { useTheme, type Theme } from '../hooks/use-theme.ts'
import { pathTo } from '../paths.ts'
import { shellText } from '../text/shell.ts'
import { Link } from '../ui/link.tsx'
import { Mark } from '../ui/mark.tsx'
import { Menu } from '../ui/menu.tsx'
import { Kbd } from '../ui/mono.tsx'
import { Skeleton } from '../ui/states.tsx'

const COMMAND_KEYS = /mac|iphone|ipad/i.test(navigator.userAgent) ? '⌘K' : 'Ctrl K'

export function Sidebar({ person, org }: { person: Person; org: string | null }) {
  return (
    <div className="flex h-full min-h-0 flex-col gap-1 px-3 py-3">
      <div className="px-2 pt-1 pb-2">
        <Link to={pathTo('home')} className="inline-block rounded-md">
          <Mark />
        </Link>
      </div>
      <OrganizationSwitcher person={person} org={org} />
      <button
        type="button"
        onClick={openCommandPalette}
        className="mt-1 flex h-8 items-center gap-2 rounded-lg border border-line bg-surface px-2.5 text-sm text-ink-faint transition-colors hover:border-line-strong"
      >
        <Search aria-hidden="true" className="size-4" />
        <span className="flex-1 text-left">{shellText.commands}</span>
        <span className="max-md:hidden">
          <Kbd>{COMMAND_KEYS}</Kbd>
        </span>
      </button>
      <nav aria-label={shellText.mainNavigation} className="-mx-1 mt-2 flex min-h-0 flex-1 flex-col gap-4 overflow-y-auto px-1 pb-2">
        {org === null ? <Memberships person={person} /> : <OrganizationPart person={person} org={org} />}
        {person.operator && (
          <Part title={shellText.installation}>
            {OPERATOR_ENTRIES.map((entry) => (
              <Entry key={entry.to} {...entry} />
            ))}
          </Part>
        )}
      </nav>
      <AccountMenu person={person} />
    </div>
  )
}

function OrganizationPart({ person, org }: { person: Person; org: string }) {
  const { pages, isPending } = useKeyPages(org)
  const type = useShownType(org)
  return (
    <>
      <Part title={shellText.keys}>
        {isPending && <Skeleton className="mx-2 my-1 h-5 w-2/3" />}
        {pages.map(({ slug, title, offers }) => (
          <Entry key={slug} label={title} to={pathTo('keyPage', { org, page: slug })} icon={KEY_ICON} current={offers.some((offer) => offer.type === type)} />
        ))}
      </Part>
      <Part title={shellText.organization}>
        {organizationEntries(person, org).map((entry) => (
          <Entry key={entry.to} {...entry} />
        ))}
      </Part>
    </>
  )
}

/** The type of the key whose page this is: such a page stands under none of the entries by its address. */
function useShownType(org: string): string | null {
  const { key = '' } = useParams({ strict: false }) as { key?: string }
  const { data } = useRead('keys.get', { org, key }, { enabled: key !== '' })
  return data?.type ?? null
}

/** Where no organization is chosen, those that there are. */
function Memberships({ person }: { person: Person }) {
  if (person.memberships.length === 0) return null
  return (
    <Part title={shellText.myOrganizations}>
      {person.memberships.map(({ organization: { slug, name } }) => (
        <Entry key={slug} label={name} to={pathTo('organization', { org: slug })} icon={Building2} />
      ))}
    </Part>
  )
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div>
      <h2 className="px-2.5 pb-1 text-xs font-medium text-ink-faint">{title}</h2>
      <div className="flex flex-col gap-px">{children}</div>
    </div>
  )
}

/** @param current also where its own address is not a beginning of the page's. */
function Entry({ label, to, icon: Icon, current = false }: NavigationEntry & { current?: boolean }) {
  return (
    <Link
      to={to}
      {...(current ? { 'aria-current': 'true' as const } : {})}
      className="group flex h-8 items-center gap-2.5 rounded-lg px-2.5 text-sm text-ink-soft outline-offset-[-2px] transition-colors hover:bg-hover hover:text-ink aria-[current]:bg-hover aria-[current]:font-medium aria-[current]:text-ink"
    >
      <Icon aria-hidden="true" className="size-4 shrink-0 text-ink-faint group-aria-[current]:text-accent-ink" />
      <span className="truncate">{label}</span>
    </Link>
  )
}

function AccountMenu({ person }: { person: Person }) {
  const [theme, setTheme] = useTheme()
  const { signOut } = useSignOut()
  return (
    <Menu
      side="top"
      align="start"
      trigger={
        <button
          type="button"
          className="flex items-center gap-2.5 rounded-lg px-2 py-1.5 text-left outline-offset-[-2px] transition-colors hover:bg-hover data-[popup-open]:bg-hover"
        >
          <Avatar name={person.name} />
          <span className="min-w-0 flex-1">
            <span className="sr-only">{shellText.accountMenu} </span>
            <span className="block truncate text-sm font-medium">{person.name}</span>
            <span className="block truncate text-xs text-ink-faint">{person.email}</span>
          </span>
          <ChevronsUpDown aria-hidden="true" className="size-4 shrink-0 text-ink-faint" />
        </button>
      }
      items={[
        { kind: 'link', label: shellText.account, icon: <UserRound aria-hidden="true" className="size-4 text-ink-faint" />, to: pathTo('account') },
        {
          kind: 'link',
          label: shellText.myOrganizations,
          icon: <Building2 aria-hidden="true" className="size-4 text-ink-faint" />,
          to: pathTo('myOrganizations'),
        },
        {
          label: shellText.reference,
          icon: <BookOpen aria-hidden="true" className="size-4 text-ink-faint" />,
          onSelect: () => window.open('/docs', '_blank', 'noopener'),
        },
        { kind: 'separator' },
        {
          kind: 'choice',
          label: shellText.theme,
          value: theme,
          options: (['system', 'light', 'dark'] as const).map((value) => ({ value, label: shellText.themes[value] })),
          onChange: (value) => setTheme(value as Theme),
        },
        { kind: 'separator' },
        { label: shellText.signOut, icon: <LogOut aria-hidden="true" className="size-4 text-ink-faint" />, onSelect: () => signOut() },
      ]}
    />
  )
}

export function Avatar({ name, square = false }: { name: string; square?: boolean }) {
  const letters = name
    .split(/\s+/)
    .map((word) => word[0] ?? '')
    .join('')
    .slice(0, 2)
    .toUpperCase()
  return (
    <span
      aria-hidden="true"
      className={`flex size-7 shrink-0 items-center justify-center bg-accent-soft text-[0.6875rem] font-semibold text-accent-ink ring-1 ring-accent-ink/15 ring-inset ${square ? 'rounded-lg' : 'rounded-full'}`}
    >
      {letters}
    </span>
  )
}
