import type { Bucket, BucketLength } from '../usage-buckets.ts'
import { keysText } from '../../text/keys.ts'
import { type Column, Table } from '../../ui/table.tsx'
import { Tooltip } from '../../ui/tooltip.tsx'
import { dayOf, exactTime } from '../../util/time.ts'

const HEIGHT = 120

/** One bar for each hour or day: allowed below, refused above it. The same numbers stand in a table for whoever does not see bars. */
export function UsageChart({ buckets, per }: { buckets: readonly Bucket[]; per: BucketLength }) {
  const most = Math.max(...buckets.map(({ allowed, refused }) => allowed + refused))
  const sum = buckets.reduce((total, { allowed, refused }) => ({ allowed: total.allowed + allowed, refused: total.refused + refused }), {
    allowed: 0,
    refused: 0,
  })
  const name = ({ at }: Bucket): string => (per === 'day' ? dayOf(at, 'UTC') : exactTime(at).replace(/:00:00 .*$/, ':00'))
  return (
    <div className="flex flex-col gap-3">
      <p className="flex flex-wrap gap-x-5 gap-y-1 text-sm">
        <Legend className="bg-accent" label={keysText.page.allowed} count={sum.allowed} />
        <Legend className="bg-danger" label={keysText.page.refused} count={sum.refused} />
      </p>
      {most === 0 ? (
        <p className="rounded-lg border border-dashed border-line-strong px-4 py-8 text-center text-sm text-ink-soft">{keysText.page.noUsage}</p>
      ) : (
        <div aria-hidden="true" className="border-b border-line-strong">
          <div className="mb-1 text-right text-xs text-ink-faint tabular-nums">{most.toLocaleString('en')}</div>
          <div className="flex items-end gap-px sm:gap-0.5" style={{ height: HEIGHT }}>
            {buckets.map((bucket) => (
              <Tooltip key={bucket.at} content={`${name(bucket)}: ${keysText.effect.calls(bucket.allowed, bucket.refused)}`}>
                <div className="group flex h-full min-w-0 flex-1 flex-col justify-end rounded-t hover:bg-hover">
                  <div className="rounded-t-sm bg-danger" style={{ height: heightOf(bucket.refused, most) }} />
                  <div className={bucket.refused === 0 ? 'rounded-t-sm bg-accent' : 'bg-accent'} style={{ height: heightOf(bucket.allowed, most) }} />
                </div>
              </Tooltip>
            ))}
          </div>
        </div>
      )}
      {most > 0 && (
        <div aria-hidden="true" className="-mt-2 flex justify-between text-xs text-ink-faint">
          <span>{buckets[0] === undefined ? '' : name(buckets[0])}</span>
          <span>{buckets.at(-1) === undefined ? '' : name(buckets.at(-1) as Bucket)}</span>
        </div>
      )}
      {most > 0 && (
        <details className="text-sm">
          <summary className="w-fit rounded text-accent-ink">{keysText.page.asTable}</summary>
          <div className="mt-2 max-h-80 overflow-y-auto">
            <Table
              caption={keysText.page.usageCaption(per)}
              columns={columnsOf(name)}
              rows={buckets.filter(({ allowed, refused }) => allowed + refused > 0)}
              rowKey={({ at }) => String(at)}
            />
          </div>
        </details>
      )}
    </div>
  )
}

function columnsOf(name: (bucket: Bucket) => string): Column<Bucket>[] {
  return [
    { id: 'time', header: keysText.page.time, primary: true, cell: name },
    { id: 'allowed', header: keysText.page.allowed, align: 'right', cell: ({ allowed }) => allowed.toLocaleString('en') },
    { id: 'refused', header: keysText.page.refused, align: 'right', cell: ({ refused }) => refused.toLocaleString('en') },
  ]
}

/** A single call among many is still seen. */
function heightOf(calls: number, most: number): number {
  return calls === 0 ? 0 : Math.max(2, Math.round((calls / most) * (HEIGHT - 4)))
}

function Legend({ className, label, count }: { className: string; label: string; count: number }) {
  return (
    <span className="inline-flex items-center gap-2">
      <span aria-hidden="true" className={`size-2.5 rounded-sm ${className}`} />
      {label}
      <span className="font-medium tabular-nums">{count.toLocaleString('en')}</span>
    </span>
  )
}
