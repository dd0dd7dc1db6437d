import { endOfDay } from '../util/time.ts'

/** The filters of an audit log, as the address of the page has them. Days are the person's own. */
export interface AuditFilters {
  /** An action (`key.issued`), or its first part. */
  action: string
  /** Ids. */
  actor: string
  subject: string
  /** Free text. */
  q: string
  /** `2026-11-26`, both inclusive. */
  from: string
  to: string
}

export const NO_FILTERS: AuditFilters = { action: '', actor: '', subject: '', q: '', from: '', to: '' }

const NAMES = Object.keys(NO_FILTERS) as (keyof AuditFilters)[]

/** Reads the address of the page. Whatever is not a filter, or says nothing the API would take, is left out. */
export function readFilters(search: Readonly<Record<string, unknown>>): AuditFilters {
  const filters = { ...NO_FILTERS }
  for (const name of NAMES) {
    const value = search[name]
    if (typeof value !== 'string' && typeof value !== 'number') continue
    const text = String(value).trim().slice(0, 100)
    if ((name === 'from' || name === 'to') && endOfDay(text) === null) continue
    filters[name] = text
  }
  return filters
}

/** What goes into the address: only what filters. */
export function writeFilters(filters: AuditFilters): Record<string, string> {
  return Object.fromEntries(NAMES.filter((name) => filters[name] !== '').map((name) => [name, filters[name]]))
}

export const isFiltered = (filters: AuditFilters): boolean => NAMES.some((name) => filters[name] !== '')

/** What the API is asked: instants, the first day from its beginning, the last to its end. */
export function queryOf(filters: AuditFilters): Record<string, string> {
  const { from, to, ...plain } = writeFilters(filters)
  return {
    ...plain,
    ...(from === undefined ? {} : { from: new Date(startOfDay(from)).toISOString() }),
    ...(to === undefined ? {} : { to: new Date(endOfDay(to) as number).toISOString() }),
  }
}

/** The mistake of the two days together, or null. */
export function isBackwards({ from, to }: AuditFilters): boolean {
  return from !== '' && to !== '' && from > to
}

function startOfDay(day: string): number {
  const [year, month, date] = day.split('-').map(Number) as [number, number, number]
  return new Date(year, month - 1, date).getTime()
}
