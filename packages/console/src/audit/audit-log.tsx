import { Download, FileClock, SearchX, X } from 'lucide-react'
import { useState } from 'react'
import { type Item, useList } from '../api/hooks.ts'
import { useSearch } from '../hooks/use-search.ts'
import { auditText } from '../text/audit.ts'
import { Button } from '../ui/button.tsx'
import { Menu } from '../ui/menu.tsx'
import { EmptyState, ErrorState, ListSkeleton } from '../ui/states.tsx'
import { LoadMore } from '../ui/table.tsx'
import { AuditFilterBar } from './audit-filter-bar.tsx'
import { EventDetails } from './event-details.tsx'
import { EventTable } from './event-table.tsx'
import { exportAddress } from './export-address.ts'
import { isFiltered, NO_FILTERS, queryOf, readFilters, type AuditFilters } from './filters.ts'

export type AuditEvent = Item<'audit-events.list'>

export function useAuditFilters(): [AuditFilters, (change: Partial<AuditFilters>) => void] {
  const [search, setSearch] = useSearch('action', 'actor', 'subject', 'q', 'from', 'to')
  return [readFilters(search), setSearch]
}

/** The audit log of an organization; of the whole installation where `org` is null. */
export function AuditLog({ org }: { org: string | null }) {
  const [filters, setFilters] = useAuditFilters()
  const [open, setOpen] = useState<AuditEvent | null>(null)
  const query = { limit: 50, ...queryOf(filters) }
  const ofOrganization = useList('organization-audit-events.list', { org: org ?? '', ...query }, { enabled: org !== null, keepPrevious: true })
  const ofAll = useList('audit-events.list', query, { enabled: org === null, keepPrevious: true })
  const list = org === null ? ofAll : ofOrganization
  const only = (change: Partial<AuditFilters>): void => {
    setFilters(change)
    setOpen(null)
  }
  return (
    <div className="flex flex-col gap-4">
      <AuditFilterBar filters={filters} onChange={setFilters} installation={org === null} events={list.items ?? []} />
      {list.error !== null && list.items === undefined ? (
        <ErrorState error={list.error} onRetry={list.reload} />
      ) : list.items === undefined ? (
        <ListSkeleton rows={8} />
      ) : list.items.length > 0 ? (
        <div>
          <EventTable events={list.items} org={org} onOpen={setOpen} />
          <LoadMore list={list} />
        </div>
      ) : (
        <Nothing filtered={isFiltered(filters)} list={list} onClear={() => setFilters(NO_FILTERS)} />
      )}
      <EventDetails event={open} org={org} onClose={() => setOpen(null)} onOnly={only} />
    </div>
  )
}

function Nothing({
  filtered,
  list,
  onClear,
}: {
  filtered: boolean
  list: { hasMore: boolean; isLoadingMore: boolean; more: () => void }
  onClear: () => void
}) {
  if (!filtered) {
    return (
      <EmptyState icon={<FileClock />} title={auditText.empty}>
        {auditText.emptyHint}
      </EmptyState>
    )
  }
  return (
    <EmptyState
      icon={<SearchX />}
      title={list.hasMore ? auditText.nothingYet : auditText.nothingFound}
      action={
        <div className="flex flex-wrap justify-center gap-2">
          {list.hasMore && (
            <Button variant="primary" loading={list.isLoadingMore} onClick={list.more}>
              {auditText.searchOn}
            </Button>
          )}
          <Button icon={<X aria-hidden="true" className="size-4" />} onClick={onClear}>
            {auditText.clear}
          </Button>
        </div>
      }
    >
      {list.hasMore ? auditText.searchedBounded : undefined}
    </EmptyState>
  )
}

/** Takes away what passes the filters, as a file. */
export function ExportMenu({ org, disabledReason }: { org: string | null; disabledReason?: string | undefined }) {
  const [filters] = useAuditFilters()
  const button = (
    <Button icon={<Download aria-hidden="true" className="size-4" />} disabledReason={disabledReason}>
      {auditText.export}
    </Button>
  )
  if (disabledReason !== undefined) return button
  const take = (format: 'ndjson' | 'csv'): void => {
    // The server names the file and says that it is one; the page stays.
    const link = document.createElement('a')
    link.href = exportAddress(org, filters, format)
    link.download = ''
    link.click()
  }
  return (
    <Menu
      trigger={button}
      items={[
        { label: auditText.exportAs.ndjson, onSelect: () => take('ndjson') },
        { label: auditText.exportAs.csv, onSelect: () => take('csv') },
      ]}
    />
  )
}
