import type { Command } from 'commander'
import type { AuditEvent } from '@keywright/sdk/client/contract.ts'
import { UsageError, type Session } from '../io.ts'
import type { Column } from '../table.ts'
import { instant, oneOf } from '../values.ts'
import { proveExport } from './prove-export.ts'
import { group, listed, more, pageOptions, runs, type PageOptions } from './command.ts'
import { actorText, detailText } from './key-reports.ts'

interface Filters {
  organization?: string
  action?: string
  subject?: string
  actor?: string
  from?: string
  to?: string
}

const COLUMNS: readonly Column<AuditEvent>[] = [
  { header: 'NUMBER', value: (event) => String(event.number), keep: true },
  { header: 'AT', value: (event) => event.at, keep: true },
  { header: 'ACTION', value: (event) => event.action },
  { header: 'ACTOR', value: (event) => actorText(event.actor) },
  { header: 'SUBJECT', value: (event) => event.subject.id },
  { header: 'DETAIL', value: (event) => detailText(readable(event)) },
]

/** The hash of personal fields is for proofs; people read the fields, as long as they are there. */
function readable({ detail, personal }: AuditEvent): Record<string, unknown> {
  const { personal: _hash, ...facts } = detail
  const { salt: _salt, ...fields } = personal ?? {}
  return { ...facts, ...fields, ...(_hash !== undefined && personal === null ? { personal: 'erased' } : {}) }
}

function filterOptions(command: Command): Command {
  return command
    .option('--organization <org>', 'of this organization only')
    .option('--action <action>', 'e.g. key.issued, or its first part: key')
    .option('--subject <id>', 'what it is about')
    .option('--actor <id>', 'who did it')
    .option('--from <instant>', 'RFC 3339', instant)
    .option('--to <instant>', 'RFC 3339', instant)
}

function filtersOf({ action, subject, actor, from, to }: Filters) {
  return { action, subject, actor, from, to }
}

function head(text: string): { number: number; hash: string } {
  const match = /^(\d+):([0-9a-f]{64})$/.exec(text)
  if (!match) throw new UsageError('--head must be a number, a colon and 64 hex digits, as "audit verify" prints them.')
  return { number: Number(match[1]), hash: match[2] as string }
}

export function addAuditCommands(session: Session, program: Command): void {
  const audit = group(program, 'audit', 'who changed or revealed what, and when')

  const list = pageOptions(filterOptions(audit.command('list').description('list audit events, newest first')))
  runs<Filters & PageOptions>(session, list, async (context, _none, options) => {
    const client = await context.client()
    const { organization: org } = options
    const page =
      org === undefined
        ? await listed(client.auditEvents.list, filtersOf(options), options)
        : await listed(client.organizationAuditEvents.list, { org, ...filtersOf(options) }, options)
    context.print(page, ({ items }) => context.table(COLUMNS, items, 'No events.'))
    more(context, page)
  })

  const verify = audit
    .command('verify')
    .description('prove that the audit trail is whole, and print its head (exit code 1: it is not)')
    .option('--head <number:hash>', 'a head printed earlier: it must still be in the trail', head)
  runs<{ head?: { number: number; hash: string } }>(session, verify, async (context, _none, options) => {
    const client = await context.client()
    const proof = await proveExport(client.auditEvents.export({}), options.head ?? null)
    context.print(proof, ({ fault, events, head: { number, hash }, erased }) =>
      fault === null
        ? `Whole: ${events} events${erased === 0 ? '' : `, the personal fields of ${erased} erased`}. Head: ${number}:${hash}`
        : `BROKEN: ${fault}. Whole up to ${number}:${hash}`,
    )
    return proof.fault === null ? 0 : 1
  })

  const exported = filterOptions(audit.command('export').description('print audit events as NDJSON or CSV, oldest first')).option(
    '--format <format>',
    'ndjson (default) or csv',
    oneOf('ndjson', 'csv'),
  )
  runs<Filters & { format?: 'ndjson' | 'csv' }>(session, exported, async (context, _none, options) => {
    const { organization: org, format } = options
    if (context.json && format === 'csv') throw new UsageError('--json and --format csv contradict each other.')
    const client = await context.client()
    const pieces =
      org === undefined
        ? client.auditEvents.export({ ...filtersOf(options), format })
        : client.organizationAuditEvents.export({ org, ...filtersOf(options), format })
    for await (const piece of pieces) {
      // An export may be larger than memory: wait for whoever reads.
      if (!context.io.stdout.write(piece)) await new Promise<void>((resolve) => void context.io.stdout.once('drain', resolve))
    }
  })
}
