import { hash } from 'node:crypto'
import { once } from 'node:events'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { join } from 'node:path'
import { RateLimiter } from '@keywright/core/rate-limit/rate-limiter.ts'
import { verify } from '@keywright/core/verification/verify.ts'
import { Verifier } from '@keywright/sdk/verifier/verifier.ts'
import { compete, percentile, randomNumbers, type Result } from './measure.ts'
import { spawnOn } from './processes.ts'
import { addressOf, NOW, replicaOf, secretOf } from './replica-of-keys.ts'
import { FEW } from './verifier.ts'

const UNKNOWN = 0.1
const CHANGES_PER_SECOND = 1000

/**
 * One size of the measure `verifier`, in a process of its own: so nothing that another size left is counted in its memory.
 * `node verifier-at.ts KEYS quick|whole`; prints the results as JSON.
 */
const [keysText, length] = process.argv.slice(2)
process.stdout.write(JSON.stringify(await at(Number(keysText), length === 'quick')))

async function at(keys: number, quick: boolean): Promise<Result[]> {
  await using source = await snapshotSource(keys)
  const before = await settledMemory()
  const startedAt = performance.now()
  // A clock that stands still where the keys are of.
  const mine = new Verifier({ url: source.url, verifierKey: `kw_verify_${'0'.repeat(38)}`, api: 'data' }, { wall: () => NOW, steady: () => performance.now() })
  await mine.ready({ timeoutSeconds: 600 })
  const loadMs = performance.now() - startedAt
  const bytesPerKey = ((await settledMemory()) - before) / keys
  const { replica, api } = replicaOf(Math.min(keys, FEW))
  const isLarge = keys > FEW
  const builtMs = isLarge ? buildMs(keys) : 0
  const calls = quick ? 20_000 : 200_000
  const random = randomNumbers(keys)
  const draw = () =>
    Array.from({ length: calls }, () => {
      const key = Math.floor(random() * keys)
      const secret = Buffer.from(secretOf(random() < UNKNOWN ? key + keys : key), 'latin1').toString('latin1')
      return { secret, ip: addressOf(key), address: addressOf(key), requiredScopes: ['data.read'] }
    })
  let requests = draw()
  const ours = (): number => {
    let valid = 0
    const start = performance.now()
    for (const { secret, ip, requiredScopes } of requests) if (mine.verify({ secret, ip, requiredScopes }).valid) valid++
    const seconds = (performance.now() - start) / 1000
    if (Math.abs(valid / calls - (1 - UNKNOWN)) > 0.02) throw new Error(`${valid} of ${calls} were let through`)
    return calls / seconds
  }
  const context = { replica, limiter: new RateLimiter(), now: NOW, digest: (secret: string) => hash('sha256', secret, 'latin1') }
  const core = (): number => {
    const start = performance.now()
    for (const request of requests) verify(context, api, request)
    return (calls * 1000) / (performance.now() - start)
  }
  for (let warm = 0; warm < (quick ? 1 : 4); warm++) {
    ours()
    core()
  }
  const rounds = quick ? 3 : 9
  const contest = await compete(
    [
      { name: 'ours', round: () => ((requests = draw()), ours()) },
      { name: 'core alone, few keys', round: core },
    ],
    rounds,
  )
  requests = draw()
  const singles = requests.map(({ secret, ip, requiredScopes }) => {
    const start = performance.now()
    mine.verify({ secret, ip, requiredScopes })
    return (performance.now() - start) * 1000
  })
  const changeBefore = mine.status.change as number
  source.stream(CHANGES_PER_SECOND)
  const busySince = performance.now()
  const busy: number[] = []
  for (let round = 0; round < rounds; round++) {
    requests = draw()
    // In pieces, as requests come: between them the changes are applied.
    let seconds = 0
    for (let piece = 0; piece < requests.length; piece += 500) {
      const start = performance.now()
      for (const { secret, ip, requiredScopes } of requests.slice(piece, piece + 500)) mine.verify({ secret, ip, requiredScopes })
      await new Promise((resolve) => setImmediate(resolve))
      seconds += (performance.now() - start) / 1000
    }
    busy.push(calls / seconds)
  }
  source.stream(0)
  const streamed = ((mine.status.change as number) - changeBefore) / ((performance.now() - busySince) / 1000)
  await mine.close()
  const none = { p50Us: null, p99Us: null, ratioTo: {}, beside: {} }
  const results: Result[] = [
    {
      measure: 'verifier, decision',
      keys,
      ...contest,
      p50Us: percentile(singles, 0.5),
      p99Us: percentile(singles, 0.99),
      note: 'secret, address and scope, one in ten unknown, through the published API of the sdk, usage counted',
    },
    {
      ...none,
      measure: 'verifier, decision while changes stream in',
      keys,
      perSecond: percentile(busy, 0.5),
      ratioTo: { 'itself, quiet': percentile(busy, 0.5) / contest.perSecond },
      beside: { 'changes applied': streamed },
      note: `each change is the whole new state of a key, one a frame, ${CHANGES_PER_SECOND} a second asked for; applying them is in the time`,
    },
  ]
  // Of a few keys the first would be what connecting takes, the second what any verifier holds.
  if (isLarge)
    results.push(
      {
        ...none,
        measure: 'verifier, snapshot load',
        keys,
        perSecond: null,
        p50Us: loadMs * 1000,
        ratioTo: { 'building it from records': loadMs / builtMs },
        note: 'from connecting to the first decision, over TCP from a process that encodes it meanwhile; a smaller ratio is better',
      },
      {
        ...none,
        measure: 'verifier, memory',
        keys,
        perSecond: null,
        bytesPerKey,
        ratioTo: { '110 bytes': bytesPerKey / 110 },
        note: 'bytes a key, heap and array buffers after garbage collection, of everything that the verifier holds',
      },
    )
  return results
}

function buildMs(keys: number): number {
  const start = performance.now()
  replicaOf(keys)
  return performance.now() - start
}

/** Bytes of heap and array buffers once collecting frees nothing more. */
async function settledMemory(): Promise<number> {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  let held = Number.POSITIVE_INFINITY
  for (let rounds = 0; rounds < 10; rounds++) {
    collect()
    // What is ended by an event is free after it.
    await new Promise((resolve) => setTimeout(resolve, 10))
    const { heapUsed, arrayBuffers } = process.memoryUsage()
    if (heapUsed + arrayBuffers > held * 0.999) break
    held = heapUsed + arrayBuffers
  }
  return held
}

interface SnapshotSource extends AsyncDisposable {
  url: string
  /** Changes a second from now on. */
  stream(perSecond: number): void
}

async function snapshotSource(keys: number): Promise<SnapshotSource> {
  const child = spawnOn('load', [join(import.meta.dirname, 'snapshot-source.ts'), String(keys)])
  const url = await new Promise<string>((done, failed) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      const ready = /ready at (\S+)/.exec(chunk.toString())
      if (ready) done(ready[1] as string)
    })
    child.once('exit', (code) => failed(new Error(`the source of the snapshot ended with ${code}`)))
  })
  return {
    url,
    stream: (perSecond) => void child.stdin?.write(`${perSecond}\n`),
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      await ended
    },
  }
}
