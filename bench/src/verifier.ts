import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Measure, Result } from './measure.ts'

export const FEW = 1000

/**
 * The sdk's verifier with a replica that came over the wire: how long it takes to come and what it holds, what a decision costs beside core's alone
 * (staleness, clock, and usage are added), and what is left of it while changes stream in.
 */
export const verifier: Measure = async ({ quick, full }) => {
  const sizes = quick ? [FEW, 20_000] : [FEW, 1_000_000, ...(full ? [5_000_000] : [])]
  const results: Result[] = []
  for (const keys of sizes) {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--max-old-space-size=8192', join(import.meta.dirname, 'verifier-at.ts'), String(keys), quick ? 'quick' : 'whole'],
      { maxBuffer: 1_000_000 },
    )
    results.push(...(JSON.parse(stdout) as Result[]))
  }
  const decisions = results.filter(({ measure }) => measure === 'verifier, decision')
  for (const result of decisions.slice(1)) result.ratioTo['itself at 1,000 keys'] = (result.perSecond as number) / (decisions[0]?.perSecond as number)
  return results
}
