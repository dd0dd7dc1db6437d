import { expect, test } from 'vitest'
import { fuzz, type Tally } from './testing/fuzz.ts'
import { bodies, configuration, cursors, importLines } from './testing/fuzz-management.ts'
import { addresses, carriers, companions, routes, secretForm, tokens } from './testing/fuzz-requests.ts'

const SEED = 20_261_120
const INPUTS = process.env['KEYWRIGHT_TEST_LONG'] === '1' ? 1_000_000 : 20_000
/** No time is asserted: whoever changes a reader sees here what its slowest input took. */
const PATIENCE_MS = 1_800_000

const TARGETS = [carriers, companions, routes, tokens, secretForm, addresses, bodies, configuration, importLines, cursors]
const SHARES = TARGETS.reduce((sum, { perThousand }) => sum + perThousand, 0)
const tallies: Tally[] = []

test.each(TARGETS)(
  '$name: every input is answered, never with an unforeseen error, and what must hold holds',
  (each) => {
    const tally = fuzz(each, Math.ceil((INPUTS * each.perThousand) / SHARES), SEED)
    tallies.push(tally)
    expect(tally.taken).toBeGreaterThan(0)
    expect(tally.taken).toBeLessThan(tally.inputs)
  },
  PATIENCE_MS,
)

test('the inputs were as many as promised', () => {
  const total = tallies.reduce((sum, { inputs }) => sum + inputs, 0)
  const lines = tallies.map(({ name, inputs, taken, slowestMs }) => `  ${name}: ${inputs}, ${taken} of them taken, the slowest ${slowestMs.toFixed(1)} ms`)
  console.log(`Fuzz, seed ${SEED}: ${total} inputs\n${lines.join('\n')}`)
  expect(total).toBeGreaterThanOrEqual(INPUTS)
})
