import type { GoodbyeCode } from '@keywright/core/replica/stream.ts'

export interface VerifierEvents {
  /** It can decide: for the first time, or again. */
  fresh: []
  /** The server was not heard of for longer than the bound: it refuses, or serves on where that was chosen. */
  stale: []
  /** The server refuses the verifier key or the API: everything is refused. */
  revoked: [{ code: GoodbyeCode; detail: string }]
  /** Something is wrong that it copes with: a lost connection, a snapshot file that cannot be used or written. */
  problem: [{ message: string }]
}

export interface VerifierStatus {
  /** `serving`: past its bound, by explicit choice. */
  state: 'starting' | 'fresh' | 'stale' | 'serving' | 'refused' | 'closed'
  connected: boolean
  /** Keys in its replica. */
  keys: number
  /** Number of the last change it decides by; null: it has no replica. */
  change: number | null
  /** Milliseconds since the last ping was sent that the server answered; Infinity: none was. */
  ageMs: number
  /** The bound that holds, after what the server allows. */
  stalenessSeconds: number
  /** Milliseconds that the server's clock is ahead of this one's; 0 where it is behind, or not known. */
  behindServerMs: number
  /** What is wrong with the connection or else with the snapshot file, until it is right again; null: nothing. */
  problem: string | null
}
