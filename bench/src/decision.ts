import { hash } from 'node:crypto'
import { DIGEST_WORDS, readLatin1Digest } from '@keywright/core/replica/digest.ts'
import { DigestIndex } from '@keywright/core/replica/digest-index.ts'
import { RateLimiter } from '@keywright/core/rate-limit/rate-limiter.ts'
import type { VerificationRequest } from '@keywright/core/verification/request.ts'
import { verify } from '@keywright/core/verification/verify.ts'
import { betterAuthInMemory, betterAuthOnSqlite, type Peer } from './better-auth.ts'
import { compete, type Measure, type Options, percentile, randomNumbers, type Result } from './measure.ts'
import { addressOf, NOW, replicaOf, secretOf } from './replica-of-keys.ts'

const UNKNOWN = 0.1
const digest = (secret: string): string => hash('sha256', secret, 'latin1')

/**
 * The in-process decision: keys drawn uniformly, one in ten unknown, with address, scope and expiry checked. Beside the floor that
 * any look-up by digest has (SHA-256 of the secret and one look-up in core's index), and beside better-auth's plugin.
 */
export const decision: Measure = async (options) => {
  const sizes = options.quick ? [1000, 20_000] : [1000, 1_000_000, ...(options.full ? [5_000_000] : [])]
  const peers = await Promise.all([betterAuthOnSqlite(1000), betterAuthInMemory(1000)])
  const results: Result[] = []
  for (const keys of sizes) results.push(await at(keys, keys === sizes[0] ? [] : peers, options))
  for (const peer of peers) await peer[Symbol.asyncDispose]()
  const [smallest, ...larger] = results as [Result, ...Result[]]
  for (const result of larger)
    result.ratioTo[`itself at ${smallest.keys?.toLocaleString('en')} keys`] = (result.perSecond as number) / (smallest.perSecond as number)
  return results
}

async function at(keys: number, peers: readonly Peer[], { quick }: Options): Promise<Result> {
  const { replica, api } = replicaOf(keys)
  const context = { replica, limiter: new RateLimiter(), now: NOW, digest }
  const index = bareIndex(keys)
  const calls = quick ? 20_000 : 200_000
  const random = randomNumbers(keys)
  // Drawn anew for each round; each secret is a string of its own, as one that was just parsed from a request.
  const draw = (): VerificationRequest[] => Array.from({ length: calls }, () => requestFor(Math.floor(random() * keys), random() < UNKNOWN ? keys : 0))

  const words = new Uint32Array(DIGEST_WORDS)
  let requests = draw()
  let found = 0
  const ours = () => {
    let valid = 0
    const start = performance.now()
    for (const request of requests) if (verify(context, api, request).valid) valid++
    const seconds = (performance.now() - start) / 1000
    if (Math.abs(valid / calls - (1 - UNKNOWN)) > 0.02) throw new Error(`${valid} of ${calls} were let through`)
    return calls / seconds
  }
  const floor = () => {
    const start = performance.now()
    for (const { secret } of requests) {
      readLatin1Digest(digest(secret as string), words)
      if (index.find(words) >= 0) found++
    }
    return (calls * 1000) / (performance.now() - start)
  }
  for (let warm = 0; warm < (quick ? 1 : 5); warm++) {
    ours()
    floor()
  }
  const contest = await compete(
    [
      { name: 'ours', round: () => ((requests = draw()), ours()) },
      { name: 'floor', round: floor },
      ...peers.map((peer) => ({ name: peer.name, round: () => peer.round(quick ? 50 : 1500) })),
    ],
    quick ? 3 : 11,
  )
  if (found === 0) throw new Error('the floor found nothing')
  requests = draw()
  const singles = requests.map((request) => {
    const start = performance.now()
    verify(context, api, request)
    return (performance.now() - start) * 1000
  })
  return {
    measure: 'decision',
    keys,
    ...contest,
    p50Us: percentile(singles, 0.5),
    p99Us: percentile(singles, 0.99),
    note: `p50 and p99 of ${calls} single calls, the timer's own time included; better-auth holds 1,000 keys`,
  }
}

function requestFor(key: number, unknown: number): VerificationRequest {
  const secret = Buffer.from(secretOf(key + unknown), 'latin1').toString('latin1')
  return { secret, address: addressOf(key), requiredScopes: ['data.read'] }
}

/** Core's index over digests in one array, and nothing else. */
function bareIndex(keys: number): DigestIndex {
  const digests = new Uint32Array(keys * DIGEST_WORDS)
  const index = new DigestIndex({ wordsOf: () => digests, offsetOf: (reference) => reference * DIGEST_WORDS }, Uint32Array.from([2, 7, 1, 8, 2, 8, 1, 8]), keys)
  const words = new Uint32Array(DIGEST_WORDS)
  for (let key = 0; key < keys; key++) {
    readLatin1Digest(digest(secretOf(key)), words)
    digests.set(words, key * DIGEST_WORDS)
    index.set(words, key)
  }
  return index
}
