/** One measure in a process of its own: no other measure's code or memory is in its way. `node run-one.ts NAME OPTIONS` prints JSON. */
import type { Options } from './measure.ts'
import { MEASURES, type MeasureName } from './measures.ts'

const [name, options] = process.argv.slice(2) as [MeasureName, string]
const results = await (await MEASURES[name]())(JSON.parse(options) as Options)
process.stdout.write(`${JSON.stringify(results)}\n`)
