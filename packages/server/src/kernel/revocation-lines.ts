import { type CheckedLines, readCheckedLines } from './checked-lines.ts'

/** Number and mark of a change. */
export type Place = [number: number, mark: string]

/** What the journal of revocations holds: the whole state of one thing each time, so that the last line about it counts. */
export type RevocationLine =
  /** The first line. `since`: every revocation after this change is here. */
  | { kind: 'begin'; installation: string; since: number; at: number }
  /** Everything up to this change was looked at. */
  | { kind: 'place'; change: Place; at: number }
  | {
      kind: 'key'
      change: Place
      at: number
      id: string
      status: string
      /** Versions that end: number and instant. */ ended: [number, number][]
      /** Sessions of an earlier epoch have ended. */ epoch: number
    }
  /** A session token that was ended alone. */
  | { kind: 'session'; change: Place; at: number; id: string; keyId: string; expiresAt: number }
  | { kind: 'organization'; change: Place; at: number; id: string; status: string }

export type KeyState = Extract<RevocationLine, { kind: 'key' }>
export type SessionState = Extract<RevocationLine, { kind: 'session' }>
export type OrganizationState = Extract<RevocationLine, { kind: 'organization' }>

export type RevokedState = KeyState | SessionState | OrganizationState

export interface Revocations extends Omit<CheckedLines, 'lines'> {
  lines: RevocationLine[]
  /** Null: there is no journal. */
  begin: Extract<RevocationLine, { kind: 'begin' }> | null
  /** The change that was looked at last. */
  place: Place | null
  /** The last state of each thing. */
  states: Map<string, RevokedState>
}

/** Reads the journal. A last line that was cut off counts as not written. */
export async function readRevocations(file: string): Promise<Revocations> {
  const read = await readCheckedLines(file)
  const lines = read.lines as RevocationLine[]
  const states: Revocations['states'] = new Map()
  let begin: Revocations['begin'] = null
  let place: Place | null = null
  for (const line of lines) {
    if (line.kind === 'begin') begin = line
    else place = line.change
    if (line.kind !== 'begin' && line.kind !== 'place') states.set(line.id, line)
  }
  return { ...read, lines, begin, place, states }
}
