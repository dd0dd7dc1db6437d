import { closeSync, fsyncSync, openSync } from 'node:fs'

/** Makes what was created, renamed or removed in a folder durable. */
export function syncFolder(folder: string): void {
  if (process.platform === 'win32') return // folders cannot be opened there, and need no sync
  const descriptor = openSync(folder, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
