import type { ReactNode } from 'react'
import { auditText } from '../text/audit.ts'
import { Button } from '../ui/button.tsx'
import { CodeBlock, CopyIcon } from '../ui/copy.tsx'
import { Sheet } from '../ui/dialog.tsx'
import { KeyValue } from '../ui/layout.tsx'
import { Mono } from '../ui/mono.tsx'
import { Time } from '../ui/time.tsx'
import { exactTime } from '../util/time.ts'
import type { AuditEvent } from './audit-log.tsx'
import { actorName } from './describe-event.ts'
import { EventSentence } from './event-sentence.tsx'
import type { AuditFilters } from './filters.ts'

interface Props {
  event: AuditEvent | null
  org: string | null
  onClose: () => void
  /** Filters the log; left out where there is no log to filter. */
  onOnly?: (change: Partial<AuditFilters>) => void
}

/** Everything an event holds. */
export function EventDetails({ event, org, onClose, onOnly }: Props) {
  return (
    <Sheet open={event !== null} onOpenChange={(open) => !open && onClose()} title={event === null ? auditText.details : auditText.detailsOf(event.number)}>
      {event !== null && <Facts event={event} org={org} onOnly={onOnly} />}
    </Sheet>
  )
}

function Facts({ event, org, onOnly }: { event: AuditEvent; org: string | null; onOnly: Props['onOnly'] }) {
  const { facts } = auditText
  const { salt: _salt, ...personal } = event.personal ?? {}
  return (
    <div className="flex flex-col gap-5 p-5">
      <p className="text-sm text-pretty">
        <EventSentence event={event} org={org} />
      </p>
      <KeyValue
        entries={[
          {
            label: facts.at,
            value: (
              <>
                {exactTime(Date.parse(event.at))} (<Time at={event.at} />)
              </>
            ),
          },
          { label: facts.actor, value: <Id name={actorName(event.actor)} id={event.actor.id} /> },
          { label: facts.action, value: <Mono>{event.action}</Mono> },
          { label: facts.subject, value: <Id name={event.subject.kind.replaceAll('_', ' ')} id={event.subject.id} /> },
          ...(org === null
            ? [{ label: facts.organization, value: event.organizationId === null ? auditText.installation : <Id id={event.organizationId} /> }]
            : []),
          ...(event.requestId === null ? [] : [{ label: facts.request, value: <Id id={event.requestId} /> }]),
        ]}
      />
      {onOnly !== undefined && (
        <div className="flex flex-wrap gap-2">
          <Button size="small" onClick={() => onOnly({ actor: event.actor.id })}>
            {auditText.onlyActor}
          </Button>
          {event.subject.id !== '' && (
            <Button size="small" onClick={() => onOnly({ subject: event.subject.id })}>
              {auditText.onlySubject}
            </Button>
          )}
          <Button size="small" onClick={() => onOnly({ action: event.action })}>
            {auditText.onlyAction}
          </Button>
        </div>
      )}
      <CodeBlock label={auditText.detail} code={JSON.stringify(event.detail, null, 2)} />
      {Object.keys(personal).length > 0 && (
        <div>
          <CodeBlock label={auditText.personal} code={JSON.stringify(personal, null, 2)} />
          <p className="mt-1.5 text-xs text-ink-faint">{auditText.personalHint}</p>
        </div>
      )}
      <KeyValue
        entries={[
          { label: facts.hash, value: <Id id={event.hash} /> },
          { label: facts.previousHash, value: <Id id={event.previousHash} /> },
        ]}
      />
    </div>
  )
}

function Id({ name, id }: { name?: ReactNode; id: string }) {
  return (
    <span className="flex items-start gap-1">
      <span className="min-w-0">
        {name !== undefined && <span className="block">{name}</span>}
        {id !== '' && <Mono className="text-ink-faint">{id}</Mono>}
      </span>
      {id !== '' && <CopyIcon value={id} />}
    </span>
  )
}
