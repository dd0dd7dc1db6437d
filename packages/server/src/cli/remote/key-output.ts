import type { Key } from '@keywright/sdk/client/contract.ts'
import { facts, type Column } from '../table.ts'
import type { RemoteContext } from './command.ts'

const STATUS_COLORS: Readonly<Record<Key['status'], 'green' | 'yellow' | 'red'>> = {
  active: 'green',
  pending: 'yellow',
  inactive: 'yellow',
  expired: 'red',
  retired: 'red',
  removed: 'red',
}

export const KEY_COLUMNS: readonly Column<Key>[] = [
  { header: 'ID', value: (key) => key.id, keep: true },
  { header: 'NAME', value: (key) => key.name },
  { header: 'TYPE', value: (key) => key.type },
  { header: 'ENVIRONMENT', value: (key) => key.environment },
  { header: 'STATUS', value: (key) => key.status, color: (key) => STATUS_COLORS[key.status] },
  { header: 'HINT', value: (key) => key.hint },
  { header: 'EXPIRES', value: (key) => key.expiresAt ?? 'never' },
  { header: 'LAST SEEN', value: (key) => key.lastSeen?.at ?? 'never' },
]

/** Keywright's own keys: what they may do is what matters. */
export const CREDENTIAL_COLUMNS: readonly Column<Key>[] = [
  { header: 'ID', value: (key) => key.id, keep: true },
  { header: 'NAME', value: (key) => key.name },
  { header: 'STATUS', value: (key) => key.status, color: (key) => STATUS_COLORS[key.status] },
  { header: 'MAY', value: rights },
  { header: 'HINT', value: (key) => key.hint },
  { header: 'EXPIRES', value: (key) => key.expiresAt ?? 'never' },
  { header: 'LAST SEEN', value: (key) => key.lastSeen?.at ?? 'never' },
]

function rights(key: Key): string {
  if (key.apis !== undefined) return key.apis === 'all' ? 'all APIs' : key.apis.join(', ')
  return [key.role, ...(key.capabilities ?? [])].filter((each) => each !== undefined).join(', ')
}

export function addressText(addresses: Key['addresses']): string {
  return addresses === 'any' ? 'any' : addresses.map((entry) => (entry.label === null ? entry.cidr : `${entry.cidr} (${entry.label})`)).join(', ')
}

function versionText(version: NonNullable<Key['versions']>[number]): string {
  return `${version.number} (${version.hint}${version.live ? (version.endsAt === null ? '' : `, until ${version.endsAt}`) : ', ended'})`
}

export function showKey(key: Key): string {
  return facts([
    ['Id', key.id],
    ['Organization', key.organization.slug],
    ['Environment', key.environment],
    ['Type', key.type],
    ['Name', key.name || null],
    ['Origin', key.origin],
    ['Status', key.status],
    ['Hint', key.hint],
    ['Scopes', key.scopes.join(' ') || 'none'],
    ['Addresses', addressText(key.addresses)],
    ['Limits', key.limits === null ? "the type's" : key.limits.map((limit) => `${limit.calls}/${limit.per}`).join(', ') || 'none'],
    ['Tags', key.tags.join(', ') || null],
    [
      'Metadata',
      Object.entries(key.metadata)
        .map(([name, value]) => `${name}=${value}`)
        .join(', ') || null,
    ],
    ['Versions', key.versions?.map(versionText).join(', ') ?? String(key.newestVersion)],
    ['Expires', key.expiresAt ?? 'never'],
    ['Retires', key.retiresAt],
    ['May', rights(key) || null],
    ['Not as the type now asks', key.nonCompliance.map((entry) => entry.message).join(' ') || null],
    ['Last seen', key.lastSeen === null ? 'never' : [key.lastSeen.at, key.lastSeen.address, key.lastSeen.client].filter((each) => each !== null).join(', ')],
    ['Created', `${key.createdAt} by ${key.createdBy.name ?? key.createdBy.id}`],
    ['Updated', key.updatedAt],
  ])
}

/** The secret alone on stdout, so that it can be piped into a vault; all that people want beside it on stderr. */
export function printIssued(context: RemoteContext, issued: { key: Key; secret: string }): void {
  if (!context.json)
    context.note(
      `Key ${issued.key.id} of ${issued.key.organization.slug}, ${issued.key.type}, ${issued.key.environment}, ${issued.key.status}.\nShown once. Store it now.`,
    )
  context.print(issued, ({ secret }) => secret)
}
