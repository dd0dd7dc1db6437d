import type { Command } from 'commander'
import type { Client } from '@keywright/sdk/client/client.ts'
import { everyItem } from '@keywright/sdk/client/every-item.ts'
import { connect, type ConnectOptions } from '../connect.ts'
import { Declined, EXIT, isInteractive, UsageError, type Io, type Session } from '../io.ts'
import { confirm } from '../prompt.ts'
import { report } from '../report.ts'
import { table, type Column } from '../table.ts'
import { collect, wholeNumber } from '../values.ts'

export interface RemoteContext {
  readonly io: Io
  readonly json: boolean
  readonly connectOptions: ConnectOptions
  client: () => Promise<Client>
  /** For programs the API's JSON, for people what `human` makes of it; both on stdout. */
  print: <Answer>(answer: Answer, human: (answer: Answer) => string) => void
  /** A remark for people, on stderr. */
  note: (text: string) => void
  table: <Row>(columns: readonly Column<Row>[], rows: readonly Row[], none: string) => string
}

type Run<Options> = (context: RemoteContext, parameters: readonly [string, string, string], options: Options) => Promise<number | void>

/** Gives a command the options all remote commands share, and what it does. An exit code may be answered; none is 0. */
export function runs<Options extends object>(session: Session, command: Command, run: Run<Options>): void {
  command
    .optionsGroup('Output and connection:')
    .option('--json', "print exactly the API's JSON; errors as JSON on stderr")
    .option('--key-stdin', 'read the key of this program from standard input')
    .option('--allow-http', 'let the key travel unencrypted beyond this machine')
    .helpOption('-h, --help', 'show this help')
    .action(async () => {
      const options = command.opts<Options & ConnectOptions & { json?: boolean }>()
      const json = options.json ?? false
      try {
        const context = makeContext(session.io, json, options)
        session.exitCode = (await run(context, command.processedArgs as unknown as [string, string, string], options)) ?? EXIT.ok
      } catch (error) {
        session.exitCode = report(session.io, error, json)
      }
    })
}

function makeContext(io: Io, json: boolean, connectOptions: ConnectOptions): RemoteContext {
  const color = colorful(io)
  return {
    io,
    json,
    connectOptions,
    client: () => connect(io, connectOptions),
    print: (answer, human) => void io.stdout.write(`${json ? JSON.stringify(answer, null, 2) : human(answer)}\n`),
    note: (text) => void io.stderr.write(`${text}\n`),
    table: (columns, rows, none) => (rows.length === 0 ? none : table(columns, rows, io.stdout.isTTY ? io.stdout.columns : null, color)),
  }
}

/** https://no-color.org: any value but an empty one. */
export function colorful(io: Io): boolean {
  return io.stdout.isTTY === true && (io.env['NO_COLOR'] ?? '') === '' && io.env['TERM'] !== 'dumb'
}

/** Asks where somebody can answer. Where nobody can, `unattended` says whether to go on, or that `--yes` is needed. */
export async function goOn(context: RemoteContext, question: string, yes: boolean | undefined, unattended: 'goes on' | 'needs --yes'): Promise<void> {
  if (yes) return
  if (!isInteractive(context.io)) {
    if (unattended === 'goes on') return
    throw new UsageError('Nobody is there to ask: say --yes.')
  }
  if (await confirm(context.io, question)) return
  throw new Declined('Nothing was changed.')
}

export interface PageOptions {
  limit?: number
  cursor?: string
  all?: boolean
}

export function pageOptions(command: Command): Command {
  return command
    .option('--limit <n>', 'how many, 1 to 100 (default 50)', wholeNumber)
    .option('--cursor <cursor>', 'go on where a page before ended')
    .option('--all', 'every page')
}

/** One page, or all of them in the form of one. */
export async function listed<Query extends object, Item>(
  list: (query: Query & { limit?: number | undefined; cursor?: string | undefined }) => Promise<{ items: Item[]; nextCursor: string | null }>,
  query: Query,
  options: PageOptions,
): Promise<{ items: Item[]; nextCursor: string | null }> {
  if (!options.all) return list({ ...query, limit: options.limit, cursor: options.cursor })
  if (options.limit !== undefined) throw new UsageError('Say --limit or --all, not both.')
  const items: Item[] = []
  for await (const item of everyItem(list, { ...query, limit: 100, cursor: options.cursor })) items.push(item)
  return { items, nextCursor: null }
}

/** What stands below a page that is not the last. */
export function more(context: RemoteContext, page: { nextCursor: string | null }): void {
  if (page.nextCursor !== null && !context.json) context.note(`There are more: --all, or --cursor ${page.nextCursor}`)
}

export function repeatable(command: Command, flags: string, description: string): Command {
  return command.option(flags, `${description} (repeatable)`, collect)
}

/** A group such as `keys`, whose own call prints its help. */
export function group(parent: Command, name: string, description: string): Command {
  return parent.command(name).description(description).helpOption('-h, --help', 'show this help')
}
