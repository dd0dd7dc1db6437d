import type { Change, Cursor } from './change.ts'

/** Version of the protocol of `WS /v1/replica`; a server speaks this one and says so to whoever asks for another. */
export const REPLICA_PROTOCOL = 1

/** Why a server ends a connection; closed, for verifiers act on it. */
export const GOODBYE_CODES = {
  /** The verifier key was revoked, or may not do that any more: the verifier refuses everything. */
  key_refused: 'refuse',
  /** The API is not the key's, or is there no more: the verifier refuses everything. */
  api_refused: 'refuse',
  protocol_unsupported: 'wait',
  too_many_connections: 'wait',
  too_slow: 'retry',
  bad_message: 'wait',
  superseded: 'retry',
  shutting_down: 'retry',
  internal: 'retry',
} as const
export type GoodbyeCode = keyof typeof GOODBYE_CODES

/** What a server sends as text frames. Snapshots come as binary frames, see `replica/snapshot-frame.ts`. */
export type ServerMessage =
  | {
      type: 'welcome'
      protocol: number
      server: string
      /** Id of the installation: a replica of another one is never gone on with. */
      installation: string
      session: string
      /** The server's clock, in milliseconds since 1970. */
      now: number
      /** The bound that holds: what was asked for, or what the server allows. */
      stalenessSeconds: number
      pingSeconds: number
    }
  /** `snapshot_required` in the design: everything follows from the beginning, or from part `next`. `keys`: how many to make room for. */
  | { type: 'snapshot'; snapshot: string; from: Cursor; next: number; keys: number }
  /** The snapshot may be used when the changes up to `until` are in. */
  | { type: 'snapshotEnd'; until: number }
  | { type: 'changes'; from: number; to: Cursor; changes: Change[] }
  | { type: 'pong'; id: number; now: number }
  /** The batch of usage with that number is stored. */
  | { type: 'usageTaken'; batch: number }
  /** Calls of a key's limits that the verifier may let through within `holdMs` of having asked; `calls` 0: none before `retryAfterMs`. */
  | { type: 'leased'; key: string; lease: number | null; calls: number; holdMs: number; retryAfterMs: number }
  | { type: 'goodbye'; code: GoodbyeCode; detail: string }
