import type { AuditEvent } from '../../audit/audit-log.tsx'
import { EventSentence } from '../../audit/event-sentence.tsx'
import { useList } from '../../api/hooks.ts'
import { keysText } from '../../text/keys.ts'
import { EmptyState, ErrorState, ListSkeleton } from '../../ui/states.tsx'
import { LoadMore } from '../../ui/table.tsx'
import { Time } from '../../ui/time.tsx'

/** What happened to a key, by whom and when, newest first. */
export function EventsTab({ org, keyId }: { org: string; keyId: string }) {
  const list = useList('keys.events', { org, key: keyId })
  if (list.error !== null) return <ErrorState error={list.error} onRetry={list.reload} />
  if (list.items === undefined) return <ListSkeleton />
  if (list.items.length === 0) return <EmptyState title={keysText.page.noEvents} />
  const events = list.items as unknown as AuditEvent[]
  return (
    <div>
      <ol aria-label={keysText.page.history} className="divide-y divide-line rounded-xl border border-line bg-surface">
        {events.map((event) => (
          <li key={event.id} className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-0.5 px-4 py-2.5 text-sm">
            <span className="min-w-0 flex-1 basis-72 [overflow-wrap:anywhere]">
              <EventSentence event={event} org={org} />
            </span>
            <span className="text-ink-faint">
              <Time at={event.at} />
            </span>
          </li>
        ))}
      </ol>
      <LoadMore list={list} />
    </div>
  )
}
