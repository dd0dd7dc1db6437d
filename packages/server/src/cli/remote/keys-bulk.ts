import type { Command } from 'commander'
import type { BulkAnswer } from '@keywright/sdk/client/contract.ts'
import { BULK_COMMANDS } from '@keywright/core/contract/bulk.ts'
import { KEY_STATUSES, type KeyStatus } from '@keywright/core/lifecycle.ts'
import { EXIT, UsageError, type Session } from '../io.ts'
import { oneOf } from '../values.ts'
import { callOptions, confirmOption, noteConfirmation, type ConfirmOptions } from './call-options.ts'
import { goOn, repeatable, runs, type RemoteContext } from './command.ts'

type BulkCommand = (typeof BULK_COMMANDS)[number]

interface BulkOptions extends ConfirmOptions {
  org?: string
  everywhere?: boolean
  type?: string
  status?: KeyStatus
  environment?: string
  tag?: string
  q?: string
  id?: string[]
  apply?: boolean
  yes?: boolean
}

/** `keys bulk deactivate --org acme --type ucd`: says what would happen; with --apply it happens. */
export function addBulk(session: Session, keys: Command): void {
  const bulk = keys.command('bulk <command>').description(`${BULK_COMMANDS.join(', ')} every key that a filter matches; a dry run without --apply`)
  bulk
    .option('--org <org>', 'of this organization')
    .option('--everywhere', 'of all organizations')
    .option('--type <type>')
    .option('--status <status>', KEY_STATUSES.join(', '), oneOf(...KEY_STATUSES))
    .option('--environment <slug>')
    .option('--tag <tag>')
    .option('--q <text>', 'part of the name, or the end of a hint')
  repeatable(bulk, '--id <key>', 'this key')
  bulk.option('--apply', 'do it').option('--yes', 'do not ask')
  runs<BulkOptions>(session, confirmOption(bulk), async (context, [command], options) => {
    const ask = await asker(context, readCommand(command), options)
    const preview = await collect((cursor, expected) => ask(true, cursor, expected))
    if (!options.apply) {
      context.print(preview, (answer) => told(answer, 'would be'))
      return
    }
    if (!context.json) context.note(told(preview, 'would be'))
    if (preview.matched === 0) return
    await goOn(context, `${command} ${preview.changed.length} of ${preview.matched} keys?`, options.yes, 'needs --yes')
    const done = await collect((cursor, expected) => ask(false, cursor, expected ?? preview.matched))
    context.print(done, (answer) => told(answer, 'were'))
    noteConfirmation(context, done)
    return done.refused.length > 0 ? EXIT.failed : EXIT.ok
  })
}

function readCommand(text: string): BulkCommand {
  const command = BULK_COMMANDS.find((each) => each === text)
  if (command === undefined) throw new UsageError(`The command must be one of ${BULK_COMMANDS.join(', ')}.`)
  return command
}

async function asker(context: RemoteContext, command: BulkCommand, options: BulkOptions) {
  const { org, everywhere, type, status, environment, tag, q, id } = options
  if ((org === undefined) === (everywhere === undefined)) throw new UsageError('Say --org or --everywhere: one of the two.')
  const filter = { type, status, environment, tag, q, ids: id }
  if (Object.values(filter).every((each) => each === undefined)) throw new UsageError('Name at least one thing to filter by.')
  const client = await context.client()
  return (dryRun: boolean, cursor: string | undefined, expectedCount: number | undefined): Promise<BulkAnswer> => {
    const body = { command, filter, dryRun, cursor, expectedCount }
    const call = callOptions(options)
    return org === undefined ? client.installationKeys.bulk(body, call) : client.keys.bulk({ org, ...body }, call)
  }
}

/** All pages as one; each names what is left, so that a key that came in between stops it. */
async function collect(page: (cursor: string | undefined, expected: number | undefined) => Promise<BulkAnswer>): Promise<BulkAnswer> {
  const first = await page(undefined, undefined)
  const all = { ...first }
  for (let last = first; last.nextCursor !== null;) {
    last = await page(last.nextCursor, last.remaining)
    all.changed = [...all.changed, ...last.changed]
    all.refused = [...all.refused, ...last.refused]
    all.unchanged += last.unchanged
    all.remaining = last.remaining
    all.nextCursor = last.nextCursor
  }
  return all
}

function told({ command, matched, changed, unchanged, refused, notFound }: BulkAnswer, would: string): string {
  const done = { activate: 'activated', deactivate: 'deactivated', remove: 'removed' }[command]
  const lines = [
    `${changed.length} of ${matched} keys ${would} ${done}.`,
    ...changed.map((key) => `  ${key.id}  ${key.organization}  ${key.type}  ${key.name || key.hint}  ${key.from} -> ${key.to}`),
    ...(unchanged > 0 ? [`${unchanged} are so already.`] : []),
    ...(refused.length > 0 ? [`${refused.length} stay as they are:`] : []),
    ...refused.map((key) => `  ${key.id}  ${key.organization}  ${key.name || key.hint}: ${key.message}`),
    ...(notFound.length > 0 ? [`Not found: ${notFound.join(', ')}`] : []),
  ]
  return lines.join('\n')
}
