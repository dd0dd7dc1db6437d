import { pathTo } from '../paths.ts'
import { Link } from '../ui/link.tsx'
import type { AuditEvent } from './audit-log.tsx'
import { actorName, describeEvent, type Part } from './describe-event.ts'

const REFUSED: readonly string[] = ['command.refused', 'verification.refused', 'notice.failed']

/** "Ada issued the key Nightly export (ucd, live)", with what it is about to be followed. */
export function EventSentence({ event, org }: { event: AuditEvent; org: string | null }) {
  const place = org ?? event.organizationId
  return (
    <span className={REFUSED.includes(event.action) ? 'text-danger-ink' : undefined}>
      <span className="font-medium">{actorName(event.actor)}</span>{' '}
      {describeEvent(event).map((part, index) => (
        // The parts of a sentence stay where they are.
        // oxlint-disable-next-line react/no-array-index-key
        <Piece key={index} part={part} org={place} operator={org === null} />
      ))}
    </span>
  )
}

function Piece({ part, org, operator }: { part: Part; org: string | null; operator: boolean }) {
  if (typeof part === 'string') return part
  const to = addressOf(part, org, operator)
  if (to === null) return <span className="font-medium">{part.label}</span>
  return (
    <Link to={to} className="font-medium underline decoration-line-strong underline-offset-2 hover:decoration-current">
      {part.label}
    </Link>
  )
}

function addressOf({ kind, id }: Exclude<Part, string>, org: string | null, operator: boolean): string | null {
  if (operator && kind === 'key_type') return pathTo('keyType', { type: id })
  if (operator && kind === 'api') return pathTo('api', { api: id })
  if (operator && kind === 'organization' && id.startsWith('org_')) return pathTo('operatorOrganization', { org: id })
  if (kind === 'key' && org !== null && id.startsWith('key_')) return pathTo('key', { org, key: id })
  if (kind === 'address_list' && org !== null) return pathTo('addressLists', { org })
  if ((kind === 'member' || kind === 'invitation') && org !== null) return pathTo('members', { org })
  if (kind === 'organization' && id.startsWith('org_') && org !== null) return pathTo('settings', { org })
  // The log of one organization names no page of operators.
  return null
}
