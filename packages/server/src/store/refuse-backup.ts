import { CompiledQuery } from 'kysely'
import { AppError } from '@keywright/core/problem-code.ts'
import type { Database } from './database.ts'
import { getSetting } from './settings.ts'

/** A backup that was copied over the database by hand would bring back what was revoked since. */
export async function refuseBackupAsDatabase(database: Database, file: string): Promise<void> {
  const table = await database.reader.first(CompiledQuery.raw(`SELECT name FROM sqlite_schema WHERE type = 'table' AND name = 'settings'`))
  if (!table || (await getSetting(database.reader, database.build, 'backup')) === null) return
  throw new AppError(
    'storage_unavailable',
    `${file} is a backup. Move it elsewhere and run "keywright restore FILE", which revokes again what was revoked since.`,
  )
}
