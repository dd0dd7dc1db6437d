import type { Command } from 'commander'
import { formatInstant, LATEST_INSTANT } from '@keywright/core/time.ts'
import type { Answer } from '@keywright/sdk/client/contract.ts'
import type { Session } from '../io.ts'
import type { Column } from '../table.ts'
import { instant, oneOf } from '../values.ts'
import { listed, more, pageOptions, runs, type PageOptions } from './command.ts'

type Offer = Answer<'key-types.offers'>['items'][number]
type Usage = Answer<'keys.usage'>
type KeyEvent = Answer<'keys.events'>['items'][number]

const OFFER_COLUMNS: readonly Column<Offer>[] = [
  { header: 'TYPE', value: (offer) => offer.type, keep: true },
  { header: 'LABEL', value: (offer) => offer.label },
  { header: 'OFFERED', value: (offer) => (offer.offered ? 'yes' : 'no'), color: (offer) => (offer.offered ? 'green' : 'yellow') },
  { header: 'ENVIRONMENTS', value: (offer) => offer.environments.join(', ') },
  {
    header: 'USED',
    value: (offer) =>
      offer.use.map((use) => `${use.environment === null ? '' : `${use.environment} `}${use.used}${use.max === null ? '' : ` of ${use.max}`}`).join(', '),
  },
  { header: 'WHY NOT', value: (offer) => offer.reason?.message ?? '' },
]

const SEEN_COLUMNS: readonly Column<Usage['lastSeen'][number]>[] = [
  { header: 'VERSION', value: (row) => String(row.secretVersion) },
  { header: 'LAST SEEN', value: (row) => row.at },
  { header: 'ADDRESS', value: (row) => row.address ?? '' },
  { header: 'CLIENT', value: (row) => row.client ?? '' },
  { header: 'CALLS', value: (row) => String(row.calls) },
]

const SERIES_COLUMNS: readonly Column<Usage['series'][number]>[] = [
  { header: 'AT', value: (row) => row.at },
  { header: 'DECISION', value: (row) => row.decision, color: (row) => (row.decision === 'valid' || row.decision === 'allowed' ? 'green' : 'red') },
  { header: 'CALLS', value: (row) => String(row.calls) },
]

const REFUSAL_COLUMNS: readonly Column<Usage['refusals'][number]>[] = [
  { header: 'REASON', value: (row) => row.reason },
  { header: 'ADDRESS', value: (row) => row.address },
  { header: 'CALLS', value: (row) => String(row.calls) },
  { header: 'LAST', value: (row) => row.lastAt },
]

/** The contract leaves the shape of a key's events open: these are the members of an audit event. */
const EVENT_COLUMNS: readonly Column<KeyEvent>[] = [
  { header: 'AT', value: (event) => text(event['at']) },
  { header: 'ACTION', value: (event) => text(event['action']) },
  { header: 'ACTOR', value: (event) => actorText(event['actor']) },
  { header: 'DETAIL', value: (event) => detailText(event['detail']) },
]

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

export function actorText(actor: unknown): string {
  const { kind, id, name } = (actor ?? {}) as { kind?: string; id?: string; name?: string | null }
  return [kind, name ?? id].filter((each) => each !== undefined).join(' ')
}

export function detailText(detail: unknown): string {
  if (typeof detail !== 'object' || detail === null) return ''
  return Object.entries(detail)
    .map(([name, value]) => [name, readableInstant(name, value)] as const)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value, readableInstant)}`)
    .join(' ')
}

/** Events hold instants as milliseconds, for their hash is over them; people read dates. `...At: {from, to}` is what a change says. */
function readableInstant(name: string, value: unknown): unknown {
  if (!name.endsWith('At')) return value
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([side, each]) => [side, readableInstant(name, each)]))
  return Number.isSafeInteger(value) && Math.abs(value as number) <= LATEST_INSTANT ? formatInstant(value as number) : value
}

/** The commands under `keys` that change nothing and answer something other than keys. */
export function addKeyReports(session: Session, keys: Command): void {
  runs(session, keys.command('types <org>').description('what may be issued here, use against the cap, and why not'), async (context, [org]) => {
    const client = await context.client()
    context.print(await client.keyTypes.offers({ org }), ({ items }) => context.table(OFFER_COLUMNS, items, 'No key types.'))
  })

  const check = keys.command('check-address <org> <key> <address>').description('would this address be let through, and by which rule (exit code 1: no)')
  runs(session, check, async (context, [org, key, address]) => {
    const client = await context.client()
    const answer = await client.keys.checkAddress({ org, key, address })
    context.print(answer, ({ allowed, rules, address: checked }) =>
      [
        `${checked} is ${allowed ? 'let through' : 'refused'}.`,
        ...rules.map((rule) => `  list of the ${rule.list}: ${rule.allowed ? `passes${rule.matched === null ? '' : ` by ${rule.matched}`}` : 'refuses'}`),
      ].join('\n'),
    )
    return answer.allowed ? 0 : 1
  })

  const usage = keys.command('usage <org> <key>').description('last seen per secret version, calls over time, refusals')
  usage
    .option('--from <instant>', 'RFC 3339', instant)
    .option('--to <instant>', 'RFC 3339', instant)
    .option('--per <step>', 'minute, hour (default) or day', oneOf('minute', 'hour', 'day'))
  runs<{ from?: string; to?: string; per?: 'minute' | 'hour' | 'day' }>(session, usage, async (context, [org, key], options) => {
    const client = await context.client()
    const answer = await client.keys.usage({ org, key, from: options.from, to: options.to, per: options.per })
    context.print(answer, ({ lastSeen, series, refusals }) =>
      [
        context.table(SEEN_COLUMNS, lastSeen, 'Never seen.'),
        ...(series.length === 0 ? [] : [context.table(SERIES_COLUMNS, series, '')]),
        ...(refusals.length === 0 ? [] : [context.table(REFUSAL_COLUMNS, refusals, '')]),
      ].join('\n\n'),
    )
  })

  const events = pageOptions(keys.command('events <org> <key>').description('what happened to a key'))
  runs<PageOptions>(session, events, async (context, [org, key], options) => {
    const client = await context.client()
    const page = await listed(client.keys.events, { org, key }, options)
    context.print(page, ({ items }) => context.table(EVENT_COLUMNS, items, 'No events.'))
    more(context, page)
  })
}
