/** `npm run bench -- [--json] [--quick] [--full] [--only MEASURE]`: see bench/README.md. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Options, Result } from './measure.ts'
import { MEASURES, type MeasureName } from './measures.ts'
import { toMarkdown } from './table.ts'

const NAMES = Object.keys(MEASURES) as MeasureName[]

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    full: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true },
  },
})
const only = values.only ?? NAMES
const unknown = only.filter((name) => !NAMES.includes(name as MeasureName))
if (unknown.length > 0) {
  console.error(`There is no measure ${unknown.join(', ')}. There are: ${NAMES.join(', ')}.`)
  process.exit(2)
}

const results: Result[] = []
for (const name of only) {
  process.stderr.write(`measuring ${name} ...\n`)
  results.push(...(await measure(name, { quick: values.quick, full: values.full })))
}
process.stdout.write(values.json ? `${JSON.stringify(results, null, 2)}\n` : toMarkdown(results))

function measure(name: string, options: Options): Promise<Result[]> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--max-old-space-size=8192', join(import.meta.dirname, 'run-one.ts'), name, JSON.stringify(options)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let printed = ''
    child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()))
    child.once('error', reject)
    child.once('close', (code) => (code === 0 ? resolve(JSON.parse(printed) as Result[]) : reject(new Error(`measure ${name} ended with ${code}`))))
  })
}
