import type { Command } from 'commander'
import type { Key } from '@keywright/sdk/client/contract.ts'
import { KEY_STATUSES, type KeyStatus } from '@keywright/core/lifecycle.ts'
import { UsageError, type Session } from '../io.ts'
import { limit, oneOf, pair, seconds, wholeNumber, type LimitOption } from '../values.ts'
import { callOptions, confirmOption, noteConfirmation, repeatOption, type ConfirmOptions, type RepeatOptions } from './call-options.ts'
import { goOn, group, listed, more, pageOptions, repeatable, runs, type PageOptions } from './command.ts'
import { addressesOf, addressOptions, expiryOf, expiryOptions, type AddressOptions, type ExpiryOptions } from './key-options.ts'
import { KEY_COLUMNS, printIssued, showKey } from './key-output.ts'
import { addBulk } from './keys-bulk.ts'
import { addImport } from './keys-import.ts'
import { addKeyReports } from './key-reports.ts'

interface ListOptions extends PageOptions {
  type?: string
  status?: KeyStatus
  q?: string
  environment?: string
  tag?: string
}

interface PropertyOptions extends AddressOptions, ExpiryOptions {
  name?: string
  scope?: string[]
  tag?: string[]
  limit?: LimitOption[]
  metadata?: Record<string, string>
}

interface IssueOptions extends PropertyOptions {
  type: string
  environment?: string
  origin?: string
}

interface UpdateOptions extends PropertyOptions {
  clearScopes?: boolean
  clearTags?: boolean
  clearMetadata?: boolean
  typeLimits?: boolean
}

interface ReplaceOptions extends ExpiryOptions {
  expectedVersion?: number
  overlap?: number
}

export function addKeyCommands(session: Session, program: Command): void {
  const keys = group(program, 'keys', "an organization's API keys")
  addListAndShow(session, keys)
  addIssue(session, keys)
  addUpdate(session, keys)
  addPlainCommands(session, keys)
  addReplace(session, keys)
  addBulk(session, keys)
  addImport(session, keys)
  addKeyReports(session, keys)
}

function addListAndShow(session: Session, keys: Command): void {
  const list = keys.command('list <org>').description('list keys, newest first').option('--type <type>')
  list
    .option('--status <status>', KEY_STATUSES.join(', '), oneOf(...KEY_STATUSES))
    .option('--q <text>', 'part of the name, an id, or the end of a hint')
    .option('--environment <slug>')
    .option('--tag <tag>')
  runs<ListOptions>(session, pageOptions(list), async (context, [org], options) => {
    const client = await context.client()
    const { type, status, q, environment, tag } = options
    const page = await listed(client.keys.list, { org, type, status, q, environment, tag }, options)
    context.print(page, ({ items }) => context.table(KEY_COLUMNS, items, 'No keys.'))
    more(context, page)
  })

  runs(session, keys.command('show <org> <key>').description('show a key'), async (context, [org, key]) => {
    const client = await context.client()
    context.print(await client.keys.get({ org, key }), showKey)
  })
}

function propertyOptions(command: Command): Command {
  command.option('--name <name>')
  repeatable(command, '--scope <scope>', 'what the key may do')
  repeatable(command, '--tag <tag>', 'to find it again')
  return expiryOptions(addressOptions(command))
    .option('--limit <calls/duration>', 'e.g. 100/60s (repeatable)', limit)
    .option('--metadata <k=v>', 'your own data (repeatable)', pair)
}

function addIssue(session: Session, keys: Command): void {
  const issue = keys
    .command('issue <org>')
    .description('issue a key; its secret is printed once')
    .requiredOption('--type <type>', 'key type; "keys types ORG" lists them')
  issue.option('--environment <slug>', 'may be left out where only one is possible').option('--origin <slug>', 'the page or import it comes from')
  runs<IssueOptions & RepeatOptions>(session, repeatOption(propertyOptions(issue)), async (context, [org], options) => {
    const body = { type: options.type, environment: options.environment, origin: options.origin, ...properties(options) }
    const client = await context.client()
    printIssued(context, await client.keys.issue({ org, ...body }, callOptions(options)))
  })
}

function addUpdate(session: Session, keys: Command): void {
  const update = propertyOptions(keys.command('update <org> <key>').description('change a key; lists given here replace the lists it has'))
  update
    .option('--clear-scopes', 'no scopes: the key may do nothing')
    .option('--clear-tags')
    .option('--clear-metadata')
    .option('--type-limits', "the type's limits again")
  runs<UpdateOptions>(session, update, async (context, [org, key], options) => {
    const body = { ...properties(options), ...cleared(options) }
    if (Object.values(body).every((value) => value === undefined)) throw new UsageError('Name at least one thing to change.')
    const client = await context.client()
    context.print(await client.keys.update({ org, key, ...body }), showKey)
  })
}

function properties(options: PropertyOptions) {
  return {
    name: options.name,
    scopes: options.scope,
    tags: options.tag,
    metadata: options.metadata,
    limits: options.limit,
    addresses: addressesOf(options),
    ...expiryOf(options),
  }
}

function cleared(options: UpdateOptions): { scopes?: []; tags?: []; metadata?: Record<string, never>; limits?: null } {
  const both = (clear: boolean | undefined, given: unknown, name: string) => {
    if (clear && given !== undefined) throw new UsageError(`Say new ${name} or that there be none of the key's own, not both.`)
    return clear
  }
  return {
    ...(both(options.clearScopes, options.scope, 'scopes') ? { scopes: [] } : {}),
    ...(both(options.clearTags, options.tag, 'tags') ? { tags: [] } : {}),
    ...(both(options.clearMetadata, options.metadata, 'metadata') ? { metadata: {} } : {}),
    ...(both(options.typeLimits, options.limit, 'limits') ? { limits: null } : {}),
  }
}

function addPlainCommands(session: Session, keys: Command): void {
  const plain = [
    ['activate', 'activate', 'let a pending or inactive key be used'],
    ['deactivate', 'deactivate', 'refuse a key until it is activated again'],
    ['finish-overlap', 'finishOverlap', 'end the old secret of a replaced key now'],
  ] as const
  for (const [name, method, description] of plain) {
    const command = keys.command(`${name} <org> <key>`).description(description)
    runs<ConfirmOptions>(session, name === 'activate' ? command : confirmOption(command), async (context, [org, key], options) => {
      const client = await context.client()
      const answer: Key & { propagation?: { summary: string; elapsedMs: number } } = await client.keys[method]({ org, key }, callOptions(options))
      context.print(answer, brief)
      noteConfirmation(context, answer)
    })
  }

  const remove = keys.command('remove <org> <key>').description('remove a key for ever; its record stays').option('--yes', 'do not ask')
  runs<{ yes?: boolean } & ConfirmOptions>(session, confirmOption(remove), async (context, [org, key], options) => {
    const client = await context.client()
    await goOn(context, `Remove key ${key} for ever?`, options.yes, 'goes on')
    const answer = await client.keys.remove({ org, key }, callOptions(options))
    context.print(answer, brief)
    noteConfirmation(context, answer)
  })

  runs(session, keys.command('reveal <org> <key>').description('print the secret of a retrievable key again; audited'), async (context, [org, key]) => {
    const client = await context.client()
    context.print(await client.keys.reveal({ org, key }), ({ secret }) => secret)
  })
}

function brief(key: Key): string {
  return `Key ${key.id} is ${key.status}.`
}

function addReplace(session: Session, keys: Command): void {
  const replace = keys
    .command('replace <org> <key>')
    .description('replace the secret; the key keeps id, limits and history')
    .option('--overlap <duration>', "how long the old secret stays good; default: the type's", seconds)
  replace.option('--expected-version <n>', 'newest version you know of; refused when somebody replaced the key since', wholeNumber)
  runs<ReplaceOptions & RepeatOptions & ConfirmOptions>(session, confirmOption(repeatOption(expiryOptions(replace))), async (context, [org, key], options) => {
    const expiry = expiryOf(options)
    const client = await context.client()
    let expectedVersion = options.expectedVersion
    if (expectedVersion === undefined) {
      expectedVersion = (await client.keys.get({ org, key })).newestVersion
      if (!context.json) context.note(`No --expected-version: read the key first; replacing its version ${expectedVersion}.`)
    }
    const answer = await client.keys.replace({ org, key, expectedVersion, overlapSeconds: options.overlap, ...expiry }, callOptions(options))
    printIssued(context, answer)
    noteConfirmation(context, answer)
  })
}
