import { useState } from 'react'
import { UsageChart } from './usage-chart.tsx'
import type { Usage } from '../key.ts'
import { usageBuckets, type BucketLength } from '../usage-buckets.ts'
import { useRecentUsage } from '../use-recent-usage.ts'
import { keysText } from '../../text/keys.ts'
import { Select } from '../../ui/input.tsx'
import { Section } from '../../ui/layout.tsx'
import { Mono } from '../../ui/mono.tsx'
import { ErrorState, ListSkeleton } from '../../ui/states.tsx'
import { type Column, Table } from '../../ui/table.tsx'
import { Time } from '../../ui/time.tsx'
import { useNow } from '../../ui/use-now.ts'

const RANGES: Readonly<Record<string, { days: number; per: BucketLength }>> = {
  day: { days: 1, per: 'hour' },
  week: { days: 7, per: 'day' },
  month: { days: 30, per: 'day' },
}

/** Calls of the last day, week or month, and what was refused, why and from where. */
export function UsageTab({ org, keyId }: { org: string; keyId: string }) {
  const [range, setRange] = useState('day')
  const { days, per } = RANGES[range] ?? { days: 1, per: 'hour' }
  return (
    <div className="flex flex-col gap-5">
      <Section
        title={keysText.page.usageCaption(per === 'hour' ? keysText.page.perHour : keysText.page.perDay)}
        actions={
          <Select
            aria-label={keysText.page.rangeLabel}
            value={range}
            onValueChange={setRange}
            choices={Object.entries(keysText.page.range).map(([value, label]) => ({ value, label }))}
          />
        }
      >
        <Content key={range} org={org} keyId={keyId} days={days} per={per} />
      </Section>
    </div>
  )
}

function Content({ org, keyId, days, per }: { org: string; keyId: string; days: number; per: BucketLength }) {
  const now = useNow(60)
  const { data, error, from, refetch } = useRecentUsage(org, keyId, days, per)
  if (error !== null) return <ErrorState error={error} onRetry={() => void refetch()} />
  if (data === undefined) return <ListSkeleton rows={2} />
  return (
    <div className="flex flex-col gap-6">
      <UsageChart buckets={usageBuckets(data.series, per, from, now + 1)} per={per} />
      {data.refusals.length > 0 && (
        <div className="flex flex-col gap-2">
          <h3 className="text-sm font-semibold">{keysText.page.refusals}</h3>
          <Table caption={keysText.page.refusals} columns={COLUMNS} rows={data.refusals} rowKey={({ reason, address }) => `${reason} ${address}`} />
        </div>
      )}
    </div>
  )
}

type Refusal = Usage['refusals'][number]

const COLUMNS: Column<Refusal>[] = [
  {
    id: 'reason',
    header: keysText.page.reason,
    primary: true,
    cell: ({ reason }) => (
      <span className="flex flex-wrap items-baseline gap-x-2">
        {keysText.reasons[reason] ?? reason}
        <Mono className="text-xs font-normal text-ink-faint">{reason}</Mono>
      </span>
    ),
  },
  {
    id: 'address',
    header: keysText.page.address,
    cell: ({ address }) => (address === '' ? <span className="text-ink-faint">{keysText.page.remainder}</span> : <Mono>{address}</Mono>),
  },
  { id: 'calls', header: keysText.page.calls, align: 'right', cell: ({ calls }) => <span className="tabular-nums">{calls.toLocaleString('en')}</span> },
  { id: 'last', header: keysText.page.last, cell: ({ lastAt }) => <Time at={lastAt} /> },
]
