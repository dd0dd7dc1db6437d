import { pruneSessionsQuery, putSessionQuery, type StoredSession } from '../../store/sessions.ts'
import type { Services } from '../services.ts'

/** How long an expired session stays in the list. */
const KEPT_MS = 7 * 86_400_000

interface Recorded {
  readonly isEmpty: boolean
  take(): { sessions: StoredSession[]; dropped: number }
  restore(batch: { sessions: StoredSession[]; dropped: number }): void
}

interface FlushLog {
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

/** Stores what was minted, one batch at a time; what cannot be stored is kept for the next. */
export function sessionFlusher(recorded: Recorded, services: Services, log: FlushLog): () => Promise<void> {
  let running: Promise<void> = Promise.resolve()
  const flush = async (): Promise<void> => {
    if (recorded.isEmpty) return
    const batch = recorded.take()
    const { build } = services.database
    try {
      await services.database.write(async (transaction) => {
        for (const session of batch.sessions) transaction.defer(putSessionQuery(build, session))
        transaction.defer(pruneSessionsQuery(build, { before: services.clock.now() - KEPT_MS }))
      })
      if (batch.dropped > 0) log.warn({ sessions: batch.dropped }, 'sessions were minted faster than they can be listed; they work, and end with their key')
    } catch (err) {
      recorded.restore(batch)
      log.error({ err }, 'minted sessions could not be recorded; they are kept and tried again')
    }
  }
  return () => (running = running.then(flush))
}
