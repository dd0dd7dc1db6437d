import type { Result } from './measure.ts'

/** What the project promises itself; null: no target. `met` is what the row says to it. */
export interface Verdict {
  target: string
  met: boolean
}

/** The targets of a row: rates that depend on the machine are stated for one core of it. */
export function verdictOn(result: Result): Verdict | null {
  const { measure, keys, perSecond, p50Us, p99Us, ratioTo, bytesPerKey } = result
  const ratio = (name: string) => ratioTo[name] ?? 0
  if (measure === 'decision' && keys !== null && keys >= 1_000_000) {
    const itself = Object.entries(ratioTo).find(([name]) => name.startsWith('itself'))?.[1] ?? 0
    const reached = keys > 1_000_000 || ((perSecond ?? 0) >= 1_000_000 && (p99Us ?? Number.POSITIVE_INFINITY) < 10)
    return { target: `${keys > 1_000_000 ? '' : '1,000,000/s, p99 under 10 us; '}within 1.6 times of 1,000 keys`, met: reached && itself >= 1 / 1.6 }
  }
  if (measure === 'replicaBytes' && keys !== null && keys >= 1_000_000)
    return { target: 'at most 110 bytes a key', met: (bytesPerKey ?? Number.POSITIVE_INFINITY) <= 110 }
  if (measure === 'verifier, decision' && keys !== null && keys >= 1_000_000)
    return { target: 'within 1.6 times of 1,000 keys', met: ratio('itself at 1,000 keys') >= 1 / 1.6 }
  if (measure === 'verifier, snapshot load' && keys === 1_000_000) return { target: 'under 3 s', met: (p50Us ?? Number.POSITIVE_INFINITY) < 3_000_000 }
  if (measure === 'verifier, memory' && keys !== null && keys >= 1_000_000)
    return { target: 'at most 110 bytes a key', met: (bytesPerKey ?? Number.POSITIVE_INFINITY) <= 110 }
  if (measure.startsWith('revocation in every verifier')) return { target: 'p99 under 100 ms', met: (p99Us ?? Number.POSITIVE_INFINITY) < 100_000 }
  if (measure === 'authorize over HTTP') return { target: '75 % of bare node:http', met: ratio('bare node:http') >= 0.75 }
  if (measure === 'verify over HTTP') return { target: '80 % of a bare JSON POST', met: ratio('bare node:http JSON POST') >= 0.8 }
  if (measure === 'authorize beside nginx') return { target: '80 % of nginx with Lua', met: ratio('nginx with Lua') >= 0.8 }
  if (measure.startsWith('issuing')) return { target: 'half of bare SQLite commits', met: ratio('bare SQLite commits') >= 0.5 }
  if (measure === 'authorize under load')
    return { target: 'p99 within 2 times of the quiet one', met: (ratioTo['itself, quiet'] ?? Number.POSITIVE_INFINITY) <= 2 }
  if (measure.startsWith('list') && !measure.endsWith('of one organization') && keys !== null && keys >= 100_000) {
    const itself = Object.values(ratioTo)[0] ?? Number.POSITIVE_INFINITY
    return { target: 'p95 within 1.5 times of 1,000 keys', met: itself <= 1.5 }
  }
  if (measure === 'start to ready' && keys !== null && keys >= 100_000) return { target: 'under 2 s', met: (p50Us ?? Number.POSITIVE_INFINITY) < 2_000_000 }
  return null
}
