import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'

export type Table = 'contacts' | 'companies'
export type Fields = Record<string, string | null>

/** What people may write. `email` of a contact and `name` of a company are unique, so a program may try again. */
export const COLUMNS = { contacts: ['email', 'first_name', 'last_name', 'phone', 'company_id'], companies: ['name', 'website', 'phone'] } as const

export interface Page {
  results: Record<string, unknown>[]
  page: number
  size: number
  total: number
}

/** One file for each organization and environment: nobody can ask a question that reads another's rows. */
export class Store {
  readonly #files = new Map<string, DatabaseSync>()
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
    mkdirSync(folder, { recursive: true })
  }

  of({ organizationId, environment }: { organizationId: string; environment: string }): Instance {
    const name = `${organizationId}.${environment}`
    let file = this.#files.get(name)
    if (!file) {
      file = new DatabaseSync(join(this.#folder, `${name}.sqlite`))
      file.exec(`PRAGMA journal_mode = WAL;
        CREATE TABLE IF NOT EXISTS contacts (id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE COLLATE NOCASE, first_name TEXT, last_name TEXT,
          phone TEXT, company_id TEXT, created_at TEXT NOT NULL, updated_at TEXT NOT NULL, archived_at TEXT);
        CREATE TABLE IF NOT EXISTS companies (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE COLLATE NOCASE, website TEXT, phone TEXT,
          created_at TEXT NOT NULL, updated_at TEXT NOT NULL, archived_at TEXT);`)
      this.#files.set(name, file)
    }
    return new Instance(file)
  }

  close(): void {
    for (const file of this.#files.values()) file.close()
  }
}

class Instance {
  readonly #file: DatabaseSync

  constructor(file: DatabaseSync) {
    this.#file = file
  }

  get(table: Table, id: string): Record<string, unknown> | undefined {
    return this.#file.prepare(`SELECT * FROM ${table} WHERE id = ?`).get(id)
  }

  /** The one with the same e-mail or name. */
  same(table: Table, fields: Fields): Record<string, unknown> | undefined {
    const column = COLUMNS[table][0]
    return this.#file.prepare(`SELECT * FROM ${table} WHERE ${column} = ?`).get(fields[column] ?? null)
  }

  list(table: Table, page: number, size: number, archived: boolean): Page {
    const where = archived ? 'archived_at IS NOT NULL' : 'archived_at IS NULL'
    const results = this.#file.prepare(`SELECT * FROM ${table} WHERE ${where} ORDER BY id LIMIT ? OFFSET ?`).all(size, (page - 1) * size)
    const { total } = this.#file.prepare(`SELECT count(*) AS total FROM ${table} WHERE ${where}`).get() as { total: number }
    return { results, page, size, total }
  }

  create(table: Table, fields: Fields, now: string): Record<string, unknown> {
    const all: Fields = { ...fields, created_at: now, updated_at: now }
    const names = Object.keys(all)
    const statement = this.#file.prepare(`INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')}) RETURNING *`)
    return statement.get(...(Object.values(all) as SQLInputValue[])) as Record<string, unknown>
  }

  change(table: Table, id: string, fields: Fields, now: string): Record<string, unknown> | undefined {
    const all: Fields = { ...fields, updated_at: now }
    const set = Object.keys(all).map((name) => `${name} = ?`)
    return this.#file.prepare(`UPDATE ${table} SET ${set.join(', ')} WHERE id = ? RETURNING *`).get(...(Object.values(all) as SQLInputValue[]), id)
  }
}
