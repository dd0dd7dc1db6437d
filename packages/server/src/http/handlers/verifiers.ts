import { formatInstant } from '@keywright/core/time.ts'
import { forgetVerifier } from '../../management/credentials/forget-verifier.ts'
import type { VerifierStanding } from '../../replication/verifier-hub.ts'
import { handler, type Handlers } from '../handler.ts'

export const verifierHandlers: Handlers = {
  'verifiers.list': handler(async ({ context }) => ({
    body: { change: context.verifier.replica.cursor.number, items: context.verifiers.list().map(present) },
  })),
  'verifiers.forget': handler(async ({ context, caller, parameters }) => {
    await forgetVerifier(context.services, caller, context.verifiers, parameters.verifier as string)
    return null
  }),
}

function present({ verifier, status, session, lag }: VerifierStanding) {
  const { id, name, host, pid, sdk, address, keyId, apis, onStale, stalenessSeconds, mayAcceptUntil, connectedAt, lastHeardAt } = verifier
  return {
    id,
    name,
    host,
    pid,
    sdk,
    address,
    verifierKey: keyId,
    apis,
    status,
    onStale,
    stalenessSeconds,
    mayAcceptUntil: mayAcceptUntil === null ? null : formatInstant(mayAcceptUntil),
    change: session === null ? null : session.acked,
    lag: session === null ? null : lag,
    keys: session?.keys ?? null,
    decisionsPerSecond: session?.decisionsPerSecond ?? null,
    usageDropped: session?.usageDropped ?? null,
    connectedAt: formatInstant(connectedAt),
    lastHeardAt: formatInstant(lastHeardAt),
  }
}
