/**
 * Another process on the same data folder, as host commands are: `node other-process.ts '{"do": "issue", ...}'` prints one line of
 * JSON. Waits until `at` (milliseconds since 1970), so that several of them begin together.
 */
import { AppError } from '@keywright/core/problem-code.ts'
import { openStore } from '../../packages/server/src/compose.ts'
import { loadConfig } from '../../packages/server/src/config/load.ts'
import { systemClock } from '../../packages/server/src/kernel/clock.ts'
import { removeKey } from '../../packages/server/src/management/keys/change-status.ts'
import { issueKey } from '../../packages/server/src/management/keys/issue-key.ts'
import type { Caller } from '../../packages/server/src/management/services.ts'

export type Order = { organizationId: string; at: number } & ({ do: 'issue'; type: string; count: number; name?: string } | { do: 'remove'; keyId: string })

const HOST: Caller = { actor: { kind: 'host', id: 'test', name: null }, role: 'operator', capabilities: new Set(), organizationId: null, requestId: null }

const order = JSON.parse(process.argv[2] as string) as Order
const { config, secrets } = loadConfig(process.env)
await using store = await openStore(config, secrets, systemClock())
await new Promise((done) => setTimeout(done, order.at - Date.now()))
if (order.do === 'remove') {
  await removeKey(store.services, HOST, order.organizationId, order.keyId)
  console.log('{}')
} else {
  const { type, count, name } = order
  const issue = () => issueKey(store.services, HOST, order.organizationId, { type, ...(name === undefined ? {} : { name }) })
  const results = await Promise.allSettled(Array.from({ length: count }, issue))
  const counts: Record<string, number> = {}
  for (const result of results) {
    const outcome = result.status === 'fulfilled' ? '201' : result.reason instanceof AppError ? `409 ${result.reason.code}` : String(result.reason)
    counts[outcome] = (counts[outcome] ?? 0) + 1
  }
  console.log(JSON.stringify(counts))
}
