import { Building2, Plus, SearchX } from 'lucide-react'
import { useState } from 'react'
import { useList } from '../../api/hooks.ts'
import { useSearch } from '../../hooks/use-search.ts'
import { OperatorsOnly } from '../../operator/operators-only.tsx'
import { CreateOrganizationDialog } from '../../organizations/create-dialog.tsx'
import { pathTo } from '../../paths.ts'
import { text } from '../../text/common.ts'
import { organizationsText } from '../../text/organizations.ts'
import { StatusPill } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { Select } from '../../ui/input.tsx'
import { PageHeader } from '../../ui/layout.tsx'
import { Link } from '../../ui/link.tsx'
import { SearchField } from '../../ui/search-field.tsx'
import { EmptyState, ErrorState, ListSkeleton } from '../../ui/states.tsx'
import { LoadMore, Table } from '../../ui/table.tsx'
import { Time } from '../../ui/time.tsx'

const STATUSES = ['active', 'suspended', 'removed'] as const

export function Page() {
  return (
    <OperatorsOnly>
      <Organizations />
    </OperatorsOnly>
  )
}

function Organizations() {
  const [search, setSearch] = useSearch('q', 'status')
  const [creating, setCreating] = useState(false)
  const status = STATUSES.find((each) => each === search.status)
  const { columns } = organizationsText
  const list = useList(
    'organizations.list',
    { limit: 50, ...(search.q === '' ? {} : { q: search.q }), ...(status === undefined ? {} : { status }) },
    { keepPrevious: true },
  )
  const create = (
    <Button variant="primary" icon={<Plus aria-hidden="true" className="size-4" />} onClick={() => setCreating(true)}>
      {organizationsText.create}
    </Button>
  )
  const filtered = search.q !== '' || status !== undefined
  return (
    <>
      <PageHeader title={organizationsText.title} description={organizationsText.description} actions={create} />
      <div className="flex flex-wrap gap-3 pb-4">
        <SearchField label={organizationsText.search} value={search.q} onValueChange={(q) => setSearch({ q })} className="min-w-0 flex-1 basis-64" />
        <Select
          aria-label={organizationsText.status}
          className="w-44"
          value={status ?? ''}
          onValueChange={(value) => setSearch({ status: value })}
          choices={[{ value: '', label: organizationsText.anyStatus }, ...STATUSES.map((value) => ({ value, label: text.statuses[value] ?? value }))]}
        />
      </div>
      {list.error !== null && list.items === undefined ? (
        <ErrorState error={list.error} onRetry={list.reload} />
      ) : list.items === undefined ? (
        <ListSkeleton rows={6} />
      ) : list.items.length === 0 ? (
        filtered ? (
          <EmptyState
            icon={<SearchX />}
            title={organizationsText.nothingFound}
            action={<Button onClick={() => setSearch({ q: '', status: '' })}>{organizationsText.clear}</Button>}
          />
        ) : (
          <EmptyState icon={<Building2 />} title={organizationsText.empty} action={create}>
            {organizationsText.emptyHint}
          </EmptyState>
        )
      ) : (
        <Table
          caption={organizationsText.list}
          rows={list.items}
          rowKey={({ id }) => id}
          isDim={({ status: standing }) => standing === 'removed'}
          columns={[
            {
              id: 'name',
              header: columns.name,
              primary: true,
              cell: (organization) => (
                <>
                  <Link to={pathTo('operatorOrganization', { org: organization.slug })} className="after:absolute after:inset-0 hover:underline">
                    {organization.name}
                  </Link>
                  <span className="block font-mono text-xs font-normal text-ink-faint">{organization.slug}</span>
                </>
              ),
            },
            { id: 'status', header: columns.status, cell: ({ status: standing }) => <StatusPill status={standing} /> },
            { id: 'environments', header: columns.environments, cell: ({ environments }) => <span className="text-ink-soft">{environments.join(', ')}</span> },
            {
              id: 'entitlements',
              header: columns.entitlements,
              cell: ({ entitlements }) => <span className="text-ink-soft">{entitlements.length === 0 ? text.none : entitlements.join(', ')}</span>,
            },
            { id: 'created', header: columns.created, align: 'right', cell: ({ createdAt }) => <Time at={createdAt} day /> },
          ]}
        />
      )}
      <LoadMore list={list} />
      <CreateOrganizationDialog open={creating} onOpenChange={setCreating} />
    </>
  )
}
