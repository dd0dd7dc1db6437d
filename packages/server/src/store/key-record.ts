import type { AddressRule, Limit } from '@keywright/core/configuration/fields.ts'
import type { StoredStatus } from '@keywright/core/lifecycle.ts'
import type { Grant, KeyRecord } from '@keywright/core/replica/change.ts'
import type { Actor } from '../kernel/actor.ts'
import type { Schema } from './schema.ts'

export interface StoredKey {
  id: string
  organizationId: string
  environment: string
  type: string
  name: string
  origin: string | null
  status: StoredStatus
  scopes: string[]
  addresses: AddressRule
  /** Null: the type's. */
  limits: Limit[] | null
  metadata: Record<string, string>
  tags: string[]
  grant: Grant | null
  /** Prefix and last four characters of the newest secret. */
  hint: string
  newestVersion: number
  expiresAt: number | null
  createdBy: Actor
  createdAt: number
  updatedAt: number
  revision: number
  /** Raised by what ends every session of the key. */
  epoch: number
}

/** Names that differ only in case, width or composition are one name. */
export function foldName(name: string): string {
  return name.normalize('NFKC').trim().toLowerCase()
}

export function toKeyRow(key: StoredKey): Schema['keys'] {
  return {
    id: key.id,
    organization_id: key.organizationId,
    environment: key.environment,
    key_type: key.type,
    name: key.name,
    name_folded: foldName(key.name),
    origin: key.origin,
    status: key.status,
    scopes: JSON.stringify(key.scopes),
    addresses: JSON.stringify(key.addresses),
    limits: key.limits === null ? null : JSON.stringify(key.limits),
    metadata: JSON.stringify(key.metadata),
    tags: JSON.stringify(key.tags),
    key_grant: key.grant === null ? null : JSON.stringify(key.grant),
    hint: key.hint,
    newest_version: key.newestVersion,
    expires_at: key.expiresAt,
    created_by: JSON.stringify(key.createdBy),
    created_at: key.createdAt,
    updated_at: key.updatedAt,
    revision: key.revision,
    epoch: key.epoch,
  }
}

export function toStoredKey(row: Schema['keys']): StoredKey {
  return {
    id: row.id,
    organizationId: row.organization_id,
    environment: row.environment,
    type: row.key_type,
    name: row.name,
    origin: row.origin,
    status: row.status,
    scopes: JSON.parse(row.scopes) as string[],
    addresses: JSON.parse(row.addresses) as AddressRule,
    limits: parseNullable<Limit[]>(row.limits),
    metadata: JSON.parse(row.metadata) as Record<string, string>,
    tags: JSON.parse(row.tags) as string[],
    grant: parseNullable<Grant>(row.key_grant),
    hint: row.hint,
    newestVersion: row.newest_version,
    expiresAt: row.expires_at,
    createdBy: JSON.parse(row.created_by) as Actor,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    revision: row.revision,
    epoch: row.epoch,
  }
}

/** What a verifier needs of a key, without its versions. */
export const REPLICATED_COLUMNS = [
  'id',
  'organization_id',
  'environment',
  'key_type',
  'name',
  'origin',
  'status',
  'scopes',
  'addresses',
  'limits',
  'key_grant',
  'expires_at',
  'epoch',
] as const

export function toKeyRecord(row: Pick<Schema['keys'], (typeof REPLICATED_COLUMNS)[number]>): KeyRecord {
  return {
    id: row.id,
    organizationId: row.organization_id,
    environment: row.environment,
    type: row.key_type,
    name: row.name,
    origin: row.origin,
    status: row.status,
    expiresAt: row.expires_at,
    scopes: JSON.parse(row.scopes) as string[],
    addresses: replicatedAddresses(JSON.parse(row.addresses) as AddressRule),
    limits: parseNullable<Limit[]>(row.limits),
    grant: parseNullable<Grant>(row.key_grant),
    epoch: row.epoch,
    versions: [],
  }
}

/** Labels are for people; a verifier needs the networks. */
export function replicatedAddresses(rule: AddressRule): string[] | 'any' {
  return rule === 'any' ? 'any' : rule.map((entry) => entry.cidr)
}

function parseNullable<Value>(text: string | null): Value | null {
  return text === null ? null : (JSON.parse(text) as Value)
}
