import type { AddressRule } from '@keywright/core/configuration/fields.ts'
import type { ReadTransaction, WriteTransaction } from './database.ts'
import type { Build } from './precompile.ts'
import type { Schema } from './schema.ts'

/** An organization's address list for one key type. */
export interface StoredAddressList {
  organizationId: string
  type: string
  addresses: AddressRule
  updatedAt: number
  /** Raised by every change, from 1. */
  revision: number
}

export async function getAddressList(transaction: ReadTransaction, build: Build, organizationId: string, type: string): Promise<StoredAddressList | null> {
  const row = await transaction.first(
    build.selectFrom('address_lists').selectAll().where('organization_id', '=', organizationId).where('key_type', '=', type).compile(),
  )
  return row ? toAddressList(row) : null
}

/** One organization's lists, by type. */
export async function listAddressLists(transaction: ReadTransaction, build: Build, organizationId: string): Promise<StoredAddressList[]> {
  const rows = await transaction.all(build.selectFrom('address_lists').selectAll().where('organization_id', '=', organizationId).orderBy('key_type').compile())
  return rows.map(toAddressList)
}

/** Every list of every organization: for snapshots, and for the operator's export. */
export async function allAddressLists(transaction: ReadTransaction, build: Build): Promise<StoredAddressList[]> {
  const rows = await transaction.all(build.selectFrom('address_lists').selectAll().orderBy('organization_id').orderBy('key_type').compile())
  return rows.map(toAddressList)
}

/** Creates or replaces a list. */
export async function putAddressList(
  transaction: WriteTransaction,
  build: Build,
  organizationId: string,
  type: string,
  rule: AddressRule,
  now: number,
): Promise<void> {
  const addresses = JSON.stringify(rule)
  const query = build
    .insertInto('address_lists')
    .values({ organization_id: organizationId, key_type: type, addresses, updated_at: now, revision: 1 })
    .onConflict((conflict) =>
      conflict.columns(['organization_id', 'key_type']).doUpdateSet((eb) => ({ addresses, updated_at: now, revision: eb('address_lists.revision', '+', 1) })),
    )
  await transaction.run(query.compile())
}

function toAddressList(row: Schema['address_lists']): StoredAddressList {
  return {
    organizationId: row.organization_id,
    type: row.key_type,
    addresses: JSON.parse(row.addresses) as AddressRule,
    updatedAt: row.updated_at,
    revision: row.revision,
  }
}
