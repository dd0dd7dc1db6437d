import { forgetEndedQueries, hasEnded } from '../../store/sign-in.ts'
import type { Services } from '../services.ts'
import { SESSION_IDLE_MS } from './durations.ts'

/** Removes sessions, links and questions that have ended by time: they say where people were. */
export async function forgetEnded({ database, clock }: Services): Promise<void> {
  const now = clock.now()
  if (!(await hasEnded(database.reader, database.build, now, now - SESSION_IDLE_MS))) return
  await database.write(async (transaction) => {
    for (const query of forgetEndedQueries(database.build, now, now - SESSION_IDLE_MS)) transaction.defer(query)
  })
}
