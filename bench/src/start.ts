import { type Measure, median } from './measure.ts'
import { keywright } from './processes.ts'

/** From spawning `serve` to its line that it is ready, on a folder with keys and on one without, in turn. */
export const start: Measure = async ({ quick }) => {
  const keys = quick ? 1000 : 100_000
  await using filled = await keywright({ keys, organizations: keys / 100 })
  await using empty = await keywright()
  const [ours, floor]: [number[], number[]] = [[], []]
  for (let round = 0; round < (quick ? 1 : 7); round++) {
    ours.push((await filled.restart()) * 1000)
    floor.push((await empty.restart()) * 1000)
  }
  return [
    {
      measure: 'start to ready',
      keys,
      perSecond: null,
      p50Us: median(ours),
      p99Us: null,
      ratioTo: { 'no keys': median(ours) / median(floor) },
      beside: { 'no keys': median(floor) },
      unit: 'microseconds',
      note: 'from spawning the process to its line that it is ready, on one core; smaller is better',
    },
  ]
}
