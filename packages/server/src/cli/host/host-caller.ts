import type { Caller } from '../../management/services.ts'

/** Whoever can write the data folder is an operator. @param command what the audit trail names. */
export function hostCaller(command: string): Caller {
  return {
    actor: { kind: 'host', id: command, name: null },
    role: 'operator',
    capabilities: new Set(['credentials:manage', 'keys:reveal']),
    organizationId: null,
    requestId: null,
  }
}
