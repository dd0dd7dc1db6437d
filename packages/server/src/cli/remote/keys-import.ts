import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import type { ImportAnswer } from '@keywright/sdk/client/contract.ts'
import { reason } from '../connect.ts'
import { EXIT, UsageError, type Session } from '../io.ts'
import { readAll } from '../prompt.ts'
import { wholeNumber } from '../values.ts'
import { runs, type RemoteContext } from './command.ts'
import { type FileLine, readLines } from './import-file.ts'

interface ImportOptions {
  dryRun?: boolean
  allowOverCap?: boolean
  allowNonCompliant?: boolean
  fromLine?: number
  keyStdin?: boolean
}

type Line = ImportAnswer['lines'][number]

/** Lines of one request: small enough that progress is seen and an interruption costs little. */
const LINES_PER_REQUEST = 500
/** A dry run stores nothing, so only lines of one request know of each other. */
const LINES_PER_DRY_RUN = 10_000
const BYTES_PER_REQUEST = 4_000_000

/** `keys import acme keys.ndjson`: what exists elsewhere goes on to work here. */
export function addImport(session: Session, keys: Command): void {
  const imported = keys
    .command('import <org> <file>')
    .description('take over keys that exist already: NDJSON or a JSON array ("-": standard input); see docs/guides/import.md')
  imported
    .option('--dry-run', 'say what would happen, change nothing')
    .option('--allow-over-cap', 'import beyond the cap of a type, with a remark')
    .option('--allow-non-compliant', 'import what breaks other rules of its type, with remarks')
    .option('--from-line <n>', 'begin with this line', wholeNumber)
  runs<ImportOptions>(session, imported, async (context, [org, file], options) => {
    const lines = readLines(await readFile(context, file, options)).filter(({ line }) => line >= (options.fromLine ?? 1))
    const answer = await sendAll(context, org, lines, options)
    context.print(answer, (all) => told(context, all))
    return answer.refused > 0 ? EXIT.failed : EXIT.ok
  })
}

async function readFile(context: RemoteContext, file: string, { keyStdin }: ImportOptions): Promise<string> {
  if (file === '-' && keyStdin) throw new UsageError('Standard input cannot hold both the key and the file.')
  if (file === '-') return readAll(context.io.stdin)
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new UsageError(`"${file}" cannot be read: ${reason(error)}.`)
  }
}

async function sendAll(context: RemoteContext, org: string, lines: readonly FileLine[], options: ImportOptions): Promise<ImportAnswer> {
  const client = await context.client()
  const { dryRun = false, allowOverCap = false, allowNonCompliant = false } = options
  const all: ImportAnswer = { dryRun, imported: 0, present: 0, refused: 0, lines: [] }
  for (const batch of batches(lines, dryRun ? LINES_PER_DRY_RUN : LINES_PER_REQUEST)) {
    const from = batch[0]?.line as number
    try {
      const answer = await client.keys.import({ org, dryRun, allowOverCap, allowNonCompliant }, batch.map(({ text }) => text).join('\n'), {
        timeoutMs: 120_000,
      })
      all.imported += answer.imported
      all.present += answer.present
      all.refused += answer.refused
      // The server counts lines of the request; people count lines of the file.
      for (const result of answer.lines) all.lines.push({ ...result, line: batch[result.line - 1]?.line ?? result.line })
    } catch (error) {
      if (!context.json && from > 1)
        context.note(`Stopped in the lines from ${from} on. The same command again goes on: what is there already stays as it is. Or say --from-line ${from}.`)
      throw error
    }
    if (!context.json && lines.length > batch.length) context.note(`${all.lines.length} of ${lines.length}`)
  }
  return all
}

function* batches(lines: readonly FileLine[], most: number): Generator<FileLine[]> {
  let batch: FileLine[] = []
  let bytes = 0
  for (const line of lines) {
    const length = Buffer.byteLength(line.text) + 1
    if (batch.length === most || (batch.length > 0 && bytes + length > BYTES_PER_REQUEST)) {
      yield batch
      batch = []
      bytes = 0
    }
    batch.push(line)
    bytes += length
  }
  if (batch.length > 0) yield batch
}

function told(context: RemoteContext, { dryRun, imported, present, refused, lines }: ImportAnswer): string {
  const rows = lines.flatMap((line) => [
    ...line.errors.map((error) => ({ line, code: error.code, text: error.path === '' ? error.message : `${error.path}: ${error.message}` })),
    ...line.remarks.map((remark) => ({ line, code: remark.code, text: remark.message })),
  ])
  const columns = [
    { header: 'LINE', value: (row: (typeof rows)[number]) => String(row.line.line), keep: true },
    { header: 'RESULT', value: (row: (typeof rows)[number]) => word(row.line) },
    { header: 'CODE', value: (row: (typeof rows)[number]) => row.code },
    { header: '', value: (row: (typeof rows)[number]) => row.text },
  ]
  const summary = `${imported} ${dryRun ? 'would be imported' : 'imported'}, ${present} there already, ${refused} refused.`
  return rows.length === 0 ? summary : `${context.table(columns, rows, '')}\n${summary}`
}

function word({ result }: Line): string {
  return result.replace('_', ' ')
}
