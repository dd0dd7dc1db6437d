import { type ReactNode, useState } from 'react'
import { call, isKeywrightError } from '../api/call.ts'
import type { Answer } from '../api/contract.ts'
import { pathTo } from '../paths.ts'
import { sunsetsText } from '../text/sunsets.ts'
import { Banner } from '../ui/banner.tsx'
import { Section } from '../ui/layout.tsx'
import { Link, TextLink } from '../ui/link.tsx'
import { Hint } from '../ui/mono.tsx'
import { LoadMore, Table } from '../ui/table.tsx'
import { Time } from '../ui/time.tsx'
import { toast } from '../ui/toast.tsx'
import { useNow } from '../ui/use-now.ts'
import { cx } from '../util/class-names.ts'
import { exactTime } from '../util/time.ts'
import { type TimelineEvent, timelineOf } from './timeline.ts'

type Preview = Answer<'key-types.preview-sunset'>

/** Whom a sunset hits, and when what happens. */
export function SunsetPreview({ preview, rule, children }: { preview: Preview; rule: Record<string, unknown>; children: ReactNode }) {
  const text = sunsetsText
  return (
    <div className="flex flex-col gap-5" aria-live="polite">
      <Banner tone={preview.keys === 0 ? 'info' : 'warning'} live={false}>
        {preview.keys === 0 ? text.hitsNone : text.hits(preview.keys, preview.organizations)}
      </Banner>
      <Section title={text.timeline}>
        <Timeline preview={preview} />
      </Section>
      {preview.byOrganization.length > 0 && (
        <Section title={text.organizations}>
          <Table
            caption={text.organizations}
            rows={preview.byOrganization}
            rowKey={({ id }) => id}
            columns={[
              {
                id: 'name',
                header: text.organizationColumns.name,
                primary: true,
                cell: ({ name, slug }) => <TextLink to={pathTo('operatorOrganization', { org: slug })}>{name}</TextLink>,
              },
              { id: 'keys', header: text.organizationColumns.keys, align: 'right', cell: ({ keys }) => keys.toLocaleString('en') },
              { id: 'seen', header: text.organizationColumns.lastSeen, cell: ({ lastSeenAt }) => <Time at={lastSeenAt} fallback={text.never} /> },
              {
                id: 'contacts',
                header: text.organizationColumns.contacts,
                align: 'right',
                cell: ({ contacts }) => (contacts === 0 ? <span className="text-warning-ink">{text.noContacts}</span> : contacts),
              },
            ]}
          />
        </Section>
      )}
      <HitKeys preview={preview} rule={rule} />
      <div className="flex flex-wrap justify-end gap-3">{children}</div>
    </div>
  )
}

function Timeline({ preview }: { preview: Preview }) {
  const now = useNow(60)
  const events = timelineOf(
    {
      deprecatedAt: Date.parse(preview.deprecatedAt),
      retiredAt: Date.parse(preview.retiresAt),
      notices: preview.notices.map(({ days, at }) => ({ days, at: Date.parse(at) })),
    },
    now,
  )
  return (
    <ol className="flex flex-col">
      {events.map((event) => (
        <li key={`${event.kind} ${event.at}`} className="relative flex items-baseline gap-3 border-l-2 border-line pb-4 pl-5 last:pb-0">
          <span
            aria-hidden="true"
            className={cx(
              'absolute top-1.5 -left-[5px] size-2 rounded-full',
              event.kind === 'retired' ? 'bg-danger' : event.kind === 'now' ? 'bg-accent' : event.at < now ? 'bg-line-strong' : 'bg-field-line',
            )}
          />
          <span className={cx('min-w-0 flex-1 text-sm', event.kind === 'now' && 'font-medium text-accent-ink', event.kind === 'retired' && 'font-medium')}>
            {nameOf(event)}
            {event.at < now && <span className="ml-2 text-xs text-ink-faint">{sunsetsText.passed}</span>}
          </span>
          <span className="text-xs text-ink-faint">{exactTime(event.at)}</span>
        </li>
      ))}
    </ol>
  )
}

function nameOf(event: TimelineEvent): string {
  const { events } = sunsetsText
  return event.kind === 'notice' ? events.notice(event.days) : events[event.kind]
}

/** Page by page, by the same rule. */
function HitKeys({ preview, rule }: { preview: Preview; rule: Record<string, unknown> }) {
  const text = sunsetsText
  const [items, setItems] = useState(preview.items)
  const [cursor, setCursor] = useState(preview.nextCursor)
  const [isLoadingMore, setLoading] = useState(false)
  if (items.length === 0) return null
  const load = async (): Promise<void> => {
    setLoading(true)
    try {
      const next = await call('key-types.preview-sunset', { type: preview.type, ...rule, limit: 50, cursor } as never)
      setItems((before) => [...before, ...next.items])
      setCursor(next.nextCursor)
    } catch (error) {
      if (!isKeywrightError(error)) throw error
      toast(error.message, { tone: 'danger' })
    } finally {
      setLoading(false)
    }
  }
  return (
    <Section title={text.keys}>
      <Table
        caption={text.keys}
        rows={items}
        rowKey={({ id }) => id}
        columns={[
          {
            id: 'name',
            header: text.keyColumns.name,
            primary: true,
            cell: ({ id, name, hint, organization }) => (
              <Link to={pathTo('key', { org: organization.slug, key: id })} className="flex flex-wrap items-center gap-2 hover:underline">
                {name} <Hint hint={hint} />
              </Link>
            ),
          },
          { id: 'organization', header: text.keyColumns.organization, cell: ({ organization }) => organization.slug },
          { id: 'environment', header: text.keyColumns.environment, cell: ({ environment }) => environment },
          { id: 'origin', header: text.keyColumns.origin, cell: ({ origin }) => origin },
          { id: 'seen', header: text.keyColumns.lastSeen, align: 'right', cell: ({ lastSeen }) => <Time at={lastSeen?.at ?? null} fallback={text.never} /> },
        ]}
      />
      <LoadMore list={{ hasMore: cursor !== null, isLoadingMore, more: () => void load() }} />
    </Section>
  )
}
