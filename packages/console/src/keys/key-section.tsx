import type { KeyStatus } from '@keywright/core/lifecycle.ts'
import type { Role } from '@keywright/core/permissions.ts'
import { KeyRound, SearchX } from 'lucide-react'
import { useState } from 'react'
import { CommandDialog, type AskedCommand } from './command-dialog.tsx'
import { GenerateButton, generateLabel, whyNotGenerate } from './generate-button.tsx'
import type { Key } from './key.ts'
import { type Filters, NOT_REMOVED } from './key-filters.tsx'
import { KeyTable } from './key-table.tsx'
import type { OfferedType } from './offered-type.ts'
import { UseChips } from './use-chips.tsx'
import { useList } from '../api/hooks.ts'
import { keysText } from '../text/keys.ts'
import { Button } from '../ui/button.tsx'
import { EmptyState, ErrorState, ListSkeleton } from '../ui/states.tsx'
import { LoadMore } from '../ui/table.tsx'

interface Props {
  org: string
  /** Slug of the page. */
  page: string
  title: string
  types: readonly OfferedType[]
  role: Role | null
  filters: Filters
}

/** One section of a page: its keys, how much of the caps is used, and the way to a new one. */
export function KeySection({ org, page, title, types, role, filters }: Props) {
  const [asked, setAsked] = useState<{ command: AskedCommand; key: Key } | null>(null)
  const { type, status, environment, tag, q } = filters.values
  const slugs = types.map(({ slug }) => slug)
  // Filters for a type of another section leave nothing here.
  const elsewhere = type !== '' && !slugs.includes(type)
  const list = useList(
    'keys.list',
    {
      org,
      type: type === '' ? slugs.join(',') : type,
      status: (status === '' ? NOT_REMOVED : status) as KeyStatus,
      ...(environment === '' ? {} : { environment }),
      ...(tag === '' ? {} : { tag }),
      ...(q === '' ? {} : { q: q.slice(0, 100) }),
    },
    { enabled: !elsewhere, keepPrevious: true },
  )
  if (elsewhere) return null
  const offered = asked === null ? undefined : types.find(({ slug }) => slug === asked.key.type)
  const capped = types.filter(({ use }) => use.some(({ max }) => max !== null))
  const environments = new Set(types.flatMap((each) => each.environments))
  return (
    <section aria-label={title} className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <div className="flex min-w-0 flex-wrap items-center gap-2.5">
          <h2 className="text-base font-semibold">{title}</h2>
          {capped.map((each) => (
            <UseChips key={each.slug} offered={each} labelled={types.length > 1} />
          ))}
        </div>
        <GenerateButton org={org} page={page} types={types} role={role} />
      </div>
      {content()}
      {asked !== null && offered !== undefined && (
        <CommandDialog command={asked.command} org={org} known={asked.key} offered={offered} onClose={() => setAsked(null)} />
      )}
    </section>
  )

  function content() {
    if (list.error !== null) return <ErrorState error={list.error} onRetry={list.reload} />
    if (list.items === undefined) return <ListSkeleton />
    if (list.items.length === 0) return filters.isSet ? <NothingFound clear={filters.clear} /> : <NothingYet types={types} role={role} />
    return (
      <>
        <KeyTable
          caption={keysText.list.caption(title)}
          org={org}
          role={role}
          keys={list.items}
          types={types}
          showEnvironment={environments.size > 1}
          onCommand={(command, key) => setAsked({ command, key })}
          onTag={(each) => filters.set({ tag: each })}
        />
        <LoadMore list={list} />
      </>
    )
  }
}

function NothingFound({ clear }: { clear: () => void }) {
  return (
    <EmptyState icon={<SearchX />} title={keysText.list.nothingFoundTitle} action={<Button onClick={clear}>{keysText.list.clear}</Button>}>
      {keysText.list.nothingFound}
    </EmptyState>
  )
}

function NothingYet({ types, role }: { types: readonly OfferedType[]; role: Role | null }) {
  const reason = whyNotGenerate(types, role)
  return (
    <EmptyState icon={<KeyRound />} title={keysText.list.emptyTitle}>
      {reason === null ? keysText.list.empty(generateLabel(types)) : keysText.list.emptyFor(reason)}
    </EmptyState>
  )
}
