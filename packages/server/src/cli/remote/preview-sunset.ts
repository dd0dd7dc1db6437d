import type { Command } from 'commander'
import type { SunsetPreview } from '@keywright/sdk/client/contract.ts'
import type { Session } from '../io.ts'
import { facts, type Column } from '../table.ts'
import { instant } from '../values.ts'
import { more, pageOptions, runs, type PageOptions } from './command.ts'

const ORGANIZATIONS: readonly Column<SunsetPreview['byOrganization'][number]>[] = [
  { header: 'ORGANIZATION', value: (row) => row.slug, keep: true },
  { header: 'NAME', value: (row) => row.name },
  { header: 'KEYS', value: (row) => String(row.keys) },
  { header: 'LAST SEEN', value: (row) => row.lastSeenAt ?? 'never' },
  { header: 'CONTACTS', value: (row) => String(row.contacts) },
]

const KEYS: readonly Column<SunsetPreview['items'][number]>[] = [
  { header: 'ID', value: (row) => row.id, keep: true },
  { header: 'ORGANIZATION', value: (row) => row.organization.slug },
  { header: 'NAME', value: (row) => row.name },
  { header: 'STATUS', value: (row) => row.status },
  { header: 'ORIGIN', value: (row) => row.origin ?? '' },
  { header: 'LAST SEEN', value: (row) => row.lastSeen?.at ?? 'never' },
]

interface PreviewOptions extends PageOptions {
  retiredAt: string
  deprecatedAt?: string
  origin?: string
  successor?: string
}

export function addPreviewSunset(session: Session, config: Command): void {
  const preview = pageOptions(config.command('preview-sunset <type>').description('whom retiring keys of a type would hit; nothing changes'))
    .requiredOption('--retired-at <instant>', 'from then on they are refused', instant)
    .option('--deprecated-at <instant>', 'from then on answers warn; default: the same', instant)
    .option('--origin <slug>', 'keys of this origin only')
    .option('--successor <type>', 'the type to move to')
  runs<PreviewOptions>(session, preview, async (context, [type], options) => {
    const { retiredAt, deprecatedAt, origin, successor, limit, cursor } = options
    const client = await context.client()
    const answer = await client.keyTypes.previewSunset({ type, retiredAt, deprecatedAt: deprecatedAt ?? retiredAt, origin, successor, limit, cursor })
    context.print(answer, (shown) =>
      [
        facts([
          ['Type', shown.type],
          ['Origin', shown.origin ?? 'any'],
          ['Retired at', shown.retiresAt],
          ['Successor', shown.successor ?? 'none'],
          ['Keys', String(shown.keys)],
          ['Organizations', String(shown.organizations)],
          [
            'Notices',
            shown.notices.map(({ days, at, passed }) => `${days} ${days === 1 ? 'day' : 'days'} before (${at}${passed ? ', passed' : ''})`).join(', ') ||
              'none',
          ],
        ]),
        context.table(ORGANIZATIONS, shown.byOrganization, 'No organization.'),
        context.table(KEYS, shown.items, 'No keys.'),
      ].join('\n\n'),
    )
    more(context, answer)
  })
}
