import type { BulkRequest } from '@keywright/core/contract/bulk.ts'
import { bulkKeys } from '../../management/keys/bulk-keys.ts'
import { printCursor, readCreatedCursor } from '../cursor.ts'
import { handler, type Handlers } from '../handler.ts'

const bulk = handler<BulkRequest, unknown>(async ({ context, caller, organizationId, body }) => {
  const cursor = readCreatedCursor(body.cursor) ?? null
  const { next, ...result } = await bulkKeys(context.services, caller, organizationId === '' ? null : organizationId, body, cursor)
  return { body: { ...result, nextCursor: printCursor(next) } }
})

export const bulkHandlers: Handlers = { 'keys.bulk': bulk, 'installation-keys.bulk': bulk }
