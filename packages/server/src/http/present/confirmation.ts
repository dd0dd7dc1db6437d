import type { Propagation } from '@keywright/core/contract/common.ts'
import { formatInstant } from '@keywright/core/time.ts'
import type { Confirmation } from '../../replication/verifier-hub.ts'
import type { StoredVerifier } from '../../store/verifiers.ts'

/** How many of those who may still accept are named in the sentence; all of them are in the list. */
const MOST_NAMED = 3

/** @param what `refused` or `in effect`. @param appliedMs from the commit until this server decided by it. */
export function presentConfirmation({ confirmed, expired, mayAccept, elapsedMs }: Confirmation, appliedMs: number, what: 'refused' | 'in effect'): Propagation {
  const elapsed = Math.ceil(appliedMs + elapsedMs)
  const mayAcceptUntil = mayAccept.map(({ verifier, until }) => ({ verifier: verifierLabel(verifier), until: until === null ? null : formatInstant(until) }))
  return { confirmed, expired, mayAcceptUntil, elapsedMs: elapsed, summary: summaryOf({ confirmed, expired, mayAcceptUntil, elapsed, what }) }
}

interface Facts {
  confirmed: number
  expired: number
  mayAcceptUntil: Propagation['mayAcceptUntil']
  elapsed: number
  what: 'refused' | 'in effect'
}

/** "Everywhere" is said only when nobody may decide otherwise. */
function summaryOf({ confirmed, expired, mayAcceptUntil, elapsed, what }: Facts): string {
  const others = mayAcceptUntil.length
  if (confirmed + others === 0) {
    if (expired === 0) return `this server: ${what}`
    return `${what} everywhere: this server; ${verifiers(expired)} not heard of for so long that ${expired === 1 ? 'it refuses' : 'they refuse'} everything`
  }
  if (others === 0) return `${what} everywhere: ${confirmed} of ${verifiers(confirmed)}, ${elapsed} ms`
  const named = mayAcceptUntil.slice(0, MOST_NAMED).map(({ verifier, until }) => `${verifier} ${until === null ? 'without end' : `until ${until}`}`)
  const more = others > MOST_NAMED ? `, and ${others - MOST_NAMED} more` : ''
  const verb = what === 'refused' ? 'may still accept' : 'may still decide by what was before'
  return `${what} by ${confirmed} of ${verifiers(confirmed + others)}; ${verb}: ${named.join(', ')}${more}`
}

function verifiers(count: number): string {
  return `${count} verifier${count === 1 ? '' : 's'}`
}

/** What people call a verifier: the name it gave itself, and where it runs. */
export function verifierLabel({ name, host, pid, id }: Pick<StoredVerifier, 'name' | 'host' | 'pid' | 'id'>): string {
  const place = host === '' ? '' : `${host}:${pid}`
  return [name, place].filter((part) => part !== '').join('@') || id
}
