import type { Key } from '../key.ts'
import { shortClient } from '../client-name.ts'
import { useRecentUsage } from '../use-recent-usage.ts'
import { keysText } from '../../text/keys.ts'
import { Badge } from '../../ui/badge.tsx'
import { Hint, Mono } from '../../ui/mono.tsx'
import { type Column, Table } from '../../ui/table.tsx'
import { Time } from '../../ui/time.tsx'
import { Tooltip } from '../../ui/tooltip.tsx'

type Version = NonNullable<Key['versions']>[number]

/** The secrets a key had and has, newest first, each with when, from where and with what it was last seen. */
export function VersionTable({ org, keyOf: key }: { org: string; keyOf: Key }) {
  const { data: usage } = useRecentUsage(org, key.id)
  const seenOf = (version: Version) => usage?.lastSeen.find(({ secretVersion }) => secretVersion === version.number)
  const versions = (key.versions ?? []).toSorted((one, other) => other.number - one.number)
  const columns: Column<Version>[] = [
    {
      id: 'secret',
      header: keysText.page.version,
      primary: true,
      cell: (version) => (
        <span className="flex items-center gap-2">
          <span className="tabular-nums">{version.number}</span>
          <Hint hint={version.hint} />
          {version.live ? <Badge tone="success">{keysText.page.live}</Badge> : <Badge>{keysText.page.ended}</Badge>}
        </span>
      ),
    },
    { id: 'since', header: keysText.page.since, cell: ({ createdAt }) => <Time at={createdAt} /> },
    { id: 'until', header: keysText.list.ends, cell: ({ endsAt }) => <Time at={endsAt} ahead fallback={keysText.never} /> },
    { id: 'seen', header: keysText.page.lastSeen, cell: (version) => <Time at={seenOf(version)?.at ?? null} fallback={keysText.never} /> },
    { id: 'address', header: keysText.page.address, cell: (version) => <AddressCell address={seenOf(version)?.address ?? null} /> },
    { id: 'client', header: keysText.page.client, cell: (version) => <ClientCell client={seenOf(version)?.client ?? null} /> },
    {
      id: 'calls',
      header: keysText.page.calls,
      align: 'right',
      cell: (version) => <span className="tabular-nums">{(seenOf(version)?.calls ?? 0).toLocaleString('en')}</span>,
    },
  ]
  return <Table caption={keysText.page.secrets} columns={columns} rows={versions} rowKey={({ number }) => String(number)} isDim={({ live }) => !live} />
}

function AddressCell({ address }: { address: string | null }) {
  return address === null ? <span className="text-ink-faint">–</span> : <Mono className="whitespace-nowrap">{address}</Mono>
}

function ClientCell({ client }: { client: string | null }) {
  if (client === null || client === '') return <span className="text-ink-faint">–</span>
  const short = shortClient(client)
  if (short === client) return <span>{client}</span>
  return (
    <Tooltip content={client}>
      <span tabIndex={0} className="rounded-sm">
        {short}
      </span>
    </Tooltip>
  )
}
