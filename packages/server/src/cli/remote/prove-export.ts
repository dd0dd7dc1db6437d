import type { AuditEvent } from '@keywright/sdk/client/contract.ts'
import { CHAIN_START, type ChainedEvent, type ChainEnd, chainFault, type Personal } from '../../kernel/audit-chain.ts'

export interface ExportProof {
  /** Null: the trail is whole. */
  fault: string | null
  events: number
  /** The last event that continues the chain. */
  head: ChainEnd
  /** Events whose personal fields were erased. */
  erased: number
}

/**
 * Reads an export of the whole installation and proves that no event is missing, out of place or changed.
 * @param known a head that was printed earlier: a trail that does not hold it was cut off or written anew.
 */
export async function proveExport(pieces: AsyncIterable<string | Uint8Array>, known: ChainEnd | null): Promise<ExportProof> {
  let end = CHAIN_START
  let [events, erased] = [0, 0]
  for await (const line of lines(pieces)) {
    const event = toChained(JSON.parse(line) as AuditEvent)
    const fault =
      chainFault(end, event) ??
      (known?.number === event.number && known.hash !== event.hash ? `event ${event.number} is not the one whose hash you gave` : null)
    if (fault !== null) return { fault, events, head: { number: end.number, hash: end.hash }, erased }
    if (event.personal === null && event.detail['personal'] !== undefined) erased++
    events++
    end = event
  }
  const head = { number: end.number, hash: end.hash }
  const fault =
    known !== null && known.number > end.number ? `it ends at event ${end.number}, before event ${known.number} whose hash you gave: it was cut off` : null
  return { fault, events, head, erased }
}

function toChained(event: AuditEvent): ChainedEvent {
  const { subject, at, personal, ...same } = event
  return { ...same, at: Date.parse(at), subjectKind: subject.kind, subjectId: subject.id, personal: toPersonal(personal) } as ChainedEvent
}

function toPersonal(given: Record<string, string> | null | undefined): Personal | null {
  if (given === null || given === undefined) return null
  const { salt = '', ...fields } = given
  return { salt, fields }
}

async function* lines(pieces: AsyncIterable<string | Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const piece of pieces) {
    const parts = (rest + (typeof piece === 'string' ? piece : decoder.decode(piece, { stream: true }))).split('\n')
    rest = parts.pop() as string
    for (const part of parts) if (part !== '') yield part
  }
  if (rest !== '') yield rest
}
