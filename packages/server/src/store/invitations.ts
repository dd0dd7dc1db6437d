import type { MessageStatus } from '@keywright/core/contract/notices.ts'
import { sql } from 'kysely'
import type { Actor } from '../kernel/actor.ts'
import type { ReadTransaction } from './database.ts'
import type { MemberRole } from './members.ts'
import { type CreatedCursor, type Page, toPage } from './page.ts'
import { foldEmail } from './people.ts'
import type { Build } from './precompile.ts'
import type { Schema } from './schema.ts'

export interface StoredInvitation {
  id: string
  organizationId: string
  /** Folded. */
  email: string
  role: MemberRole
  /** `pending` also when it has expired: `expiresAt` decides. */
  status: Schema['invitations']['status']
  /** 32 bytes: SHA-256 of the token of the newest link. Null once it has ended. */
  tokenDigest: Uint8Array | null
  invitedBy: Actor
  expiresAt: number
  /** Of the newest link in the outbox. */
  messageId: string | null
  /** When the newest link was queued. */
  sentAt: number
  /** How many links were sent on the day of the newest. */
  sends: number
  createdAt: number
  /** Accepted, declined or withdrawn. */
  endedAt: number | null
}

export interface ListedInvitation extends StoredInvitation {
  /** Null: the message is forgotten. */
  delivery: MessageStatus | null
}

/** `expired`: pending, and too old at `now`. */
export type InvitationStatus = StoredInvitation['status'] | 'expired'

export function statusOf({ status, expiresAt }: Pick<StoredInvitation, 'status' | 'expiresAt'>, now: number): InvitationStatus {
  return status === 'pending' && now >= expiresAt ? 'expired' : status
}

export async function getInvitation(transaction: ReadTransaction, build: Build, organizationId: string, id: string): Promise<ListedInvitation | null> {
  const row = await transaction.first(select(build).where('invitations.organization_id', '=', organizationId).where('invitations.id', '=', id).compile())
  return row ? toListed(row) : null
}

/** The one of this address that has not ended, expired or not. */
export async function pendingInvitation(transaction: ReadTransaction, build: Build, organizationId: string, email: string): Promise<ListedInvitation | null> {
  const query = select(build)
    .where('invitations.organization_id', '=', organizationId)
    .where('email', '=', foldEmail(email))
    .where('invitations.status', '=', 'pending')
  const row = await transaction.first(query.compile())
  return row ? toListed(row) : null
}

/** Newest first. */
export async function listInvitations(
  transaction: ReadTransaction,
  build: Build,
  organizationId: string,
  filter: { status?: InvitationStatus | undefined; now: number; cursor?: CreatedCursor | undefined; limit: number },
): Promise<Page<ListedInvitation, CreatedCursor>> {
  const { status, now, cursor, limit } = filter
  let query = select(build).where('invitations.organization_id', '=', organizationId)
  if (status !== undefined) query = query.where('invitations.status', '=', status === 'expired' ? 'pending' : status)
  if (status === 'pending') query = query.where('expires_at', '>', now)
  if (status === 'expired') query = query.where('expires_at', '<=', now)
  if (cursor) query = query.where(sql<boolean>`(invitations.created_at, invitations.id) < (${cursor.createdAt}, ${cursor.id})`)
  const rows = await transaction.all(
    query
      .orderBy('invitations.created_at', 'desc')
      .orderBy('invitations.id', 'desc')
      .limit(limit + 1)
      .compile(),
  )
  return toPage(rows.map(toListed), limit, ({ createdAt, id }) => ({ createdAt, id }))
}

/** How many links of an organization could be used at `now`. */
export async function countPendingInvitations(transaction: ReadTransaction, build: Build, organizationId: string, now: number): Promise<number> {
  const query = build
    .selectFrom('invitations')
    .select(sql<number>`count(*)`.as('count'))
    .where('organization_id', '=', organizationId)
    .where('status', '=', 'pending')
    .where('expires_at', '>', now)
  return (await transaction.first(query.compile()))?.count ?? 0
}

/** How many links an organization has sent since an instant, to everybody or to one address. */
export async function countLinksSent(transaction: ReadTransaction, build: Build, organizationId: string, since: number, email?: string): Promise<number> {
  let query = build
    .selectFrom('invitations')
    .select(sql<number>`coalesce(sum(sends), 0)`.as('count'))
    .where('organization_id', '=', organizationId)
    .where('sent_at', '>', since)
  if (email !== undefined) query = query.where('email', '=', foldEmail(email))
  return (await transaction.first(query.compile()))?.count ?? 0
}

/** Those of one person's making that wait, in one organization; null: in all, for he was an operator. */
export async function pendingInvitationsBy(
  transaction: ReadTransaction,
  build: Build,
  organizationId: string | null,
  personId: string,
): Promise<StoredInvitation[]> {
  let query = build
    .selectFrom('invitations')
    .selectAll()
    .where('status', '=', 'pending')
    .where(sql<boolean>`invited_by ->> 'kind' = 'person' and invited_by ->> 'id' = ${personId}`)
  if (organizationId !== null) query = query.where('organization_id', '=', organizationId)
  return (await transaction.all(query.compile())).map(toInvitation)
}

/** By id alone: the address of whoever asks is what gives the right to see it, and the caller compares it. */
export async function invitationToPerson(transaction: ReadTransaction, build: Build, id: string): Promise<InvitationToPerson | null> {
  const row = await transaction.first(selectForPerson(build).where('invitations.id', '=', id).compile())
  return row ? toInvitationToPerson(row) : null
}

/** An invitation with its organization, as the one who is invited sees it. */
export interface InvitationToPerson extends StoredInvitation {
  organization: { slug: string; name: string; status: 'active' | 'suspended' | 'removed' }
}

/** By the digest of the mailed token: the token proves the right to see it. In whatever state but ended ones, whose digest is gone. */
export async function invitationByToken(transaction: ReadTransaction, build: Build, tokenDigest: Uint8Array): Promise<InvitationToPerson | null> {
  const row = await transaction.first(selectForPerson(build).where('token_digest', '=', tokenDigest).compile())
  return row ? toInvitationToPerson(row) : null
}

/** What waits for an address: not ended, not expired, of organizations that exist. Newest first. */
export async function invitationsTo(transaction: ReadTransaction, build: Build, email: string, now: number): Promise<InvitationToPerson[]> {
  const query = selectForPerson(build)
    .where('email', '=', foldEmail(email))
    .where('invitations.status', '=', 'pending')
    .where('expires_at', '>', now)
    .where('organizations.status', '<>', 'removed')
    .orderBy('invitations.created_at', 'desc')
    .limit(100)
  return (await transaction.all(query.compile())).map(toInvitationToPerson)
}

export function insertInvitationQuery(build: Build, invitation: StoredInvitation) {
  return build.insertInto('invitations').values(toRow(invitation)).compile()
}

/** Stores the new state of an invitation. */
export function updateInvitationQuery(build: Build, invitation: StoredInvitation) {
  const { id, organization_id: organizationId, ...state } = toRow(invitation)
  return build.updateTable('invitations').set(state).where('organization_id', '=', organizationId).where('id', '=', id).compile()
}

/** Forgets invitations, and so their addresses, that ended or expired before that instant. */
export function pruneInvitationsQuery(build: Build, before: number) {
  return build
    .deleteFrom('invitations')
    .where((eb) => eb.or([eb('ended_at', '<', before), eb.and([eb('status', '=', 'pending'), eb('expires_at', '<', before)])]))
    .compile()
}

type ListedRow = Schema['invitations'] & { delivery: MessageStatus | null }

function select(build: Build) {
  return build.selectFrom('invitations').leftJoin('outbox', 'outbox.id', 'invitations.message_id').selectAll('invitations').select('outbox.status as delivery')
}

function selectForPerson(build: Build) {
  return build
    .selectFrom('invitations')
    .innerJoin('organizations', 'organizations.id', 'invitations.organization_id')
    .selectAll('invitations')
    .select(['slug', 'name', 'organizations.status as organization_status'])
}

function toRow(invitation: StoredInvitation): Schema['invitations'] {
  const { id, role, status } = invitation
  return {
    id,
    organization_id: invitation.organizationId,
    email: foldEmail(invitation.email),
    role,
    status,
    token_digest: invitation.tokenDigest,
    invited_by: JSON.stringify(invitation.invitedBy),
    expires_at: invitation.expiresAt,
    message_id: invitation.messageId,
    sent_at: invitation.sentAt,
    sends: invitation.sends,
    created_at: invitation.createdAt,
    ended_at: invitation.endedAt,
  }
}

function toInvitation(row: Schema['invitations']): StoredInvitation {
  const { id, email, role, status } = row
  return {
    id,
    organizationId: row.organization_id,
    email,
    role,
    status,
    tokenDigest: row.token_digest,
    invitedBy: JSON.parse(row.invited_by) as Actor,
    expiresAt: row.expires_at,
    messageId: row.message_id,
    sentAt: row.sent_at,
    sends: row.sends,
    createdAt: row.created_at,
    endedAt: row.ended_at,
  }
}

function toListed(row: ListedRow): ListedInvitation {
  return { ...toInvitation(row), delivery: row.delivery }
}

function toInvitationToPerson(
  row: Schema['invitations'] & { slug: string; name: string; organization_status: 'active' | 'suspended' | 'removed' },
): InvitationToPerson {
  const { slug, name, organization_status: status } = row
  return { ...toInvitation(row), organization: { slug, name, status } }
}
