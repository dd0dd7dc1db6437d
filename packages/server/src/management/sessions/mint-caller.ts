import type { Caller } from '../services.ts'

/** On whose behalf the first signing key is made: whoever was the first to mint has no part in it. */
export const SYSTEM_MINT: Caller = {
  actor: { kind: 'system', id: 'mint', name: null },
  role: 'operator',
  capabilities: new Set(),
  organizationId: null,
  requestId: null,
}
