import { useState } from 'react'
import { EventsTab } from './events-tab.tsx'
import { Notices } from './notices.tsx'
import { OverviewTab } from './overview-tab.tsx'
import { SessionsTab } from './sessions-tab.tsx'
import { UsageTab } from './usage-tab.tsx'
import { CommandDialog, type AskedCommand } from '../command-dialog.tsx'
import { commandIcon, commandOptions } from '../command-items.tsx'
import type { Key } from '../key.ts'
import { keyTitle } from '../key-title.ts'
import { lastSeenSentence } from '../last-seen.ts'
import type { OfferedType } from '../offered-type.ts'
import { RevealButton } from '../reveal-button.tsx'
import { roleIn, useSignedIn } from '../../api/person.ts'
import { useSearch } from '../../hooks/use-search.ts'
import { pathTo } from '../../paths.ts'
import { keysText } from '../../text/keys.ts'
import { StatusPill } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { PageHeader } from '../../ui/layout.tsx'
import { Hint } from '../../ui/mono.tsx'
import { Tabs } from '../../ui/tabs.tsx'
import { useNow } from '../../ui/use-now.ts'

interface Props {
  org: string
  keyOf: Key
  /** Undefined: the type is gone from the configuration. */
  offered: OfferedType | undefined
  all: readonly OfferedType[]
  /** Slug of the page that lists it. */
  page: string | null
}

export function KeyDetails({ org, keyOf: key, offered, all, page }: Props) {
  const role = roleIn(useSignedIn(), org)
  const now = useNow(10)
  const [asked, setAsked] = useState<AskedCommand | null>(null)
  const [{ tab }, setSearch] = useSearch('tab')
  const title = key.name === '' ? `${offered?.label ?? key.type} ${key.hint}` : key.name
  const options = offered === undefined || key.status === 'removed' ? [] : commandOptions(key, offered, role, now)
  const tabs = [
    { value: 'overview', label: keysText.page.overview, content: <OverviewTab org={org} keyOf={key} offered={offered} role={role} /> },
    { value: 'usage', label: keysText.page.usage, content: <UsageTab org={org} keyId={key.id} /> },
    ...(offered?.type.mints
      ? [{ value: 'sessions', label: keysText.page.sessions, content: <SessionsTab org={org} keyOf={key} offered={offered} role={role} /> }]
      : []),
    { value: 'history', label: keysText.page.history, content: <EventsTab org={org} keyId={key.id} /> },
  ]
  return (
    <>
      <PageHeader
        title={title}
        badge={<StatusPill status={key.status} />}
        description={
          <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <Hint hint={key.hint} />
            <span>{offered?.label ?? key.type}</span>
            <span>{key.environment}</span>
            <span>{lastSeenSentence(key.lastSeen, now)}</span>
          </span>
        }
        {...(page === null ? {} : { crumbs: [{ label: offered?.type.presentation.page ?? keysText.list.key, to: pathTo('keyPage', { org, page }) }] })}
        actions={
          <>
            {offered !== undefined && <RevealButton org={org} keyOf={key} offered={offered} role={role} />}
            {options
              .filter(({ command }) => command !== 'finish-overlap')
              .map(({ command, label, reason }) => (
                <Button
                  key={command}
                  variant={command === 'remove' ? 'danger-quiet' : command === 'activate' ? 'primary' : 'secondary'}
                  icon={commandIcon(command)}
                  disabledReason={reason}
                  onClick={() => setAsked(command)}
                >
                  {label}
                </Button>
              ))}
          </>
        }
      />
      <div className="flex flex-col gap-5">
        {offered !== undefined && <Notices org={org} keyOf={key} offered={offered} all={all} onCommand={setAsked} />}
        <Tabs
          label={keyTitle(key)}
          tabs={tabs}
          value={tabs.some(({ value }) => value === tab) ? tab : 'overview'}
          onValueChange={(value) => setSearch({ tab: value === 'overview' ? '' : value })}
        />
      </div>
      {asked !== null && offered !== undefined && <CommandDialog command={asked} org={org} known={key} offered={offered} onClose={() => setAsked(null)} />}
    </>
  )
}
