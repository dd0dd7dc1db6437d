import { fillPath, queryString } from '@keywright/sdk/client/base-url.ts'
import { ENDPOINTS } from '@keywright/sdk/client/endpoints.ts'
import { type AuditFilters, queryOf } from './filters.ts'

/** Where the browser gets the events that pass the filters, as a file. @param org null: of the whole installation. */
export function exportAddress(org: string | null, filters: AuditFilters, format: 'ndjson' | 'csv'): string {
  const { path } = ENDPOINTS[org === null ? 'audit-events.export' : 'organization-audit-events.export']
  return fillPath(path, org === null ? {} : { org }) + queryString({ ...queryOf(filters), format })
}
