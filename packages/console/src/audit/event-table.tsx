import { PanelRightOpen } from 'lucide-react'
import { auditText } from '../text/audit.ts'
import { IconButton } from '../ui/button.tsx'
import { type Column, Table } from '../ui/table.tsx'
import { Time } from '../ui/time.tsx'
import type { AuditEvent } from './audit-log.tsx'
import { EventSentence } from './event-sentence.tsx'

/** Events as sentences. @param org null: of all organizations. */
export function EventTable({ events, org, onOpen }: { events: readonly AuditEvent[]; org: string | null; onOpen: (event: AuditEvent) => void }) {
  const columns: Column<AuditEvent>[] = [
    {
      id: 'what',
      header: auditText.columns.what,
      primary: true,
      className: 'sm:w-full sm:font-normal',
      cell: (event) => <EventSentence event={event} org={org} />,
    },
    { id: 'when', header: auditText.columns.when, align: 'right', className: 'text-ink-soft', cell: ({ at }) => <Time at={at} /> },
    {
      id: 'details',
      header: auditText.columns.commands,
      headerHidden: true,
      align: 'right',
      cell: (event) => (
        <IconButton label={auditText.detailsOf(event.number)} onClick={() => onOpen(event)}>
          <PanelRightOpen aria-hidden="true" className="size-4" />
        </IconButton>
      ),
    },
  ]
  return <Table caption={auditText.list} columns={columns} rows={events} rowKey={({ id }) => id} />
}
