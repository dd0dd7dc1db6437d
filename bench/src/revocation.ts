import { createInterface } from 'node:readline'
import { join } from 'node:path'
import { type Measure, percentile, type Result } from './measure.ts'
import { keepOffServerCore, keywright, spawnOn } from './processes.ts'

const PAUSE_MS = 200
const VERIFIERS = 1000

/**
 * From asking the server to revoke a key until each of many verifiers refuses it. Beside it the answer of the server itself, which comes after the
 * change is durable; what systems with caches promise is in the note.
 */
export const revocation: Measure = async ({ quick }) => {
  const results: Result[] = []
  // All share the cores that the server is not on: the more processes, the more they stand in each other's way, as they would not on machines of their own.
  for (const processes of quick ? [2] : [1, 4]) results.push(await within(processes, quick))
  return results
}

async function within(processes: number, quick: boolean): Promise<Result> {
  const each = quick ? 5 : VERIFIERS / processes
  const rounds = quick ? 3 : 30
  await using server = await keywright()
  keepOffServerCore()
  const child = () => {
    const started = spawnOn('load', [join(import.meta.dirname, 'verifiers-process.ts'), server.url, server.verifier, 'data', String(each)])
    const lines = createInterface({ input: started.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]()
    return { started, line: async () => (await lines.next()).value as string }
  }
  const children = Array.from({ length: processes }, child)
  const delays: number[] = []
  const answers: number[] = []
  try {
    for (const { line } of children) if ((await line()) !== 'ready') throw new Error('a process of verifiers did not start')
    for (let round = 0; round < rounds; round++) {
      const issued = (await server.call('POST', '/v1/organizations/acme/keys', server.admin, issueBody(round))) as { key: { id: string }; secret: string }
      for (const { started } of children) started.stdin?.write(`${issued.secret}\n`)
      for (const { line } of children) if ((await line()) !== `watching ${each}`) throw new Error('a verifier does not know the key')
      // What the issue brought with it is done by then, and is not what is measured.
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
      const askedAt = performance.timeOrigin + performance.now()
      await server.call('POST', `/v1/organizations/acme/keys/${issued.key.id}:deactivate`, server.admin, {})
      answers.push(performance.timeOrigin + performance.now() - askedAt)
      for (const { line } of children) {
        const refusedAt = JSON.parse((await line()).replace('refused ', '')) as number[]
        delays.push(...refusedAt.map((at) => at - askedAt))
      }
    }
  } finally {
    for (const { started } of children) started.kill('SIGKILL')
  }
  const [p50, p99] = [percentile(delays, 0.5) * 1000, percentile(delays, 0.99) * 1000]
  const answer = percentile(answers, 0.5) * 1000
  return {
    measure: `revocation in every verifier, ${processes === 1 ? '1 process' : `${processes} processes`}`,
    keys: null,
    perSecond: null,
    p50Us: p50,
    p99Us: p99,
    ratioTo: { "the server's own answer": p50 / answer },
    beside: { "the server's own answer": answer },
    unit: 'microseconds',
    note: `${processes * each} verifiers, ${rounds} revocations; from sending the request until a verifier refuses, looked at every five milliseconds, which is in the figures; Ory Talos documents 60 s to 5 min by default, Unkey up to 10 min for a quiet key`,
  }
}

function issueBody(round: number): object {
  return { type: 'bench', environment: 'live', name: `revoked ${round}`, addresses: 'any' }
}
