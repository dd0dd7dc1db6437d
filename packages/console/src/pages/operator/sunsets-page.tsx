import { Sunset } from 'lucide-react'
import { useRead } from '../../api/hooks.ts'
import { listIn, textIn } from '../../configuration/draft-text.ts'
import { useSearch } from '../../hooks/use-search.ts'
import { OperatorsOnly } from '../../operator/operators-only.tsx'
import { pathTo } from '../../paths.ts'
import { SunsetForm } from '../../sunsets/sunset-form.tsx'
import { sunsetsText } from '../../text/sunsets.ts'
import { PageHeader, Section } from '../../ui/layout.tsx'
import { TextLink } from '../../ui/link.tsx'
import { EmptyState, ErrorState, ListSkeleton } from '../../ui/states.tsx'
import { Table } from '../../ui/table.tsx'
import { Time } from '../../ui/time.tsx'

export function Page() {
  return (
    <OperatorsOnly>
      <PageHeader title={sunsetsText.title} description={sunsetsText.description} />
      <Sunsets />
    </OperatorsOnly>
  )
}

interface Planned {
  type: string
  label: string
  origin: string
  deprecatedAt: string
  retiredAt: string
  successor: string
}

function Sunsets() {
  const [{ type }] = useSearch('type')
  const { data, error, refetch } = useRead('key-types.list', {})
  if (data === undefined) return error === null ? <ListSkeleton rows={4} /> : <ErrorState error={error} onRetry={() => void refetch()} />
  const planned: Planned[] = data.items.flatMap(({ keyType }) =>
    (listIn(keyType, 'sunset') as Record<string, unknown>[]).map((rule) => ({
      type: textIn(keyType, 'slug'),
      label: textIn(keyType, 'label') || textIn(keyType, 'slug'),
      origin: textIn(rule, 'origin'),
      deprecatedAt: textIn(rule, 'deprecatedAt'),
      retiredAt: textIn(rule, 'retiredAt'),
      successor: textIn(rule, 'successor'),
    })),
  )
  const { columns } = sunsetsText
  return (
    <div className="flex flex-col gap-5">
      <Section title={sunsetsText.planned}>
        {planned.length === 0 ? (
          <EmptyState icon={<Sunset />} title={sunsetsText.none}>
            {sunsetsText.noneHint}
          </EmptyState>
        ) : (
          <Table<Planned>
            caption={sunsetsText.list}
            rows={planned}
            rowKey={(rule) => `${rule.type} ${rule.origin}`}
            columns={[
              {
                id: 'type',
                header: columns.type,
                primary: true,
                cell: (rule) => <TextLink to={pathTo('keyType', { type: rule.type }, { view: 'file' })}>{rule.label}</TextLink>,
              },
              { id: 'origin', header: columns.origin, cell: ({ origin }) => origin || <span className="text-ink-faint">{sunsetsText.every}</span> },
              { id: 'deprecated', header: columns.deprecated, cell: ({ deprecatedAt }) => <Time at={deprecatedAt} day /> },
              { id: 'retires', header: columns.retires, cell: ({ retiredAt }) => <Time at={retiredAt} day /> },
              {
                id: 'successor',
                header: columns.successor,
                cell: ({ successor }) => successor || <span className="text-ink-faint">{sunsetsText.noSuccessor}</span>,
              },
            ]}
          />
        )}
      </Section>
      <SunsetForm key={type} types={data.items} type={type} />
    </div>
  )
}
