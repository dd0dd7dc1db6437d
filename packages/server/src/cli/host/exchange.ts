import { copyFileSync, existsSync, linkSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { DataFolder } from '../../kernel/data-folder.ts'
import { syncFolder } from '../../kernel/sync-folder.ts'
import { foldLog, syncFile } from '../../store/drivers/sqlite/copy.ts'

/**
 * Puts a database in the place of another, so that a crash leaves either the one or the other. The old one is kept beside.
 * A write-ahead log that stayed would be taken for the new database's own, so none may be there at the rename.
 */
export function exchange(folder: DataFolder, coming: string, keptAs: string | null): void {
  syncFile(coming)
  if (keptAs !== null) {
    const kept = join(folder.path, keptAs)
    if (!foldLog(folder.databaseFile)) {
      for (const suffix of ['-wal', '-shm']) {
        if (existsSync(folder.databaseFile + suffix)) copyFileSync(folder.databaseFile + suffix, kept + suffix)
      }
    }
    linkSync(folder.databaseFile, kept)
    syncFolder(folder.path)
  }
  for (const suffix of ['-wal', '-shm']) rmSync(folder.databaseFile + suffix, { force: true })
  renameSync(coming, folder.databaseFile)
  syncFolder(folder.path)
}
