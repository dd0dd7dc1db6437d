import { blankExpiredMessages, hasExpiredMessages } from '../../store/outbox.ts'
import type { Services } from '../services.ts'

/** Forgets the text of messages whose link is too old. @returns how many. */
export async function blankMessages({ database, clock }: Services): Promise<number> {
  const now = clock.now()
  if (!(await hasExpiredMessages(database.reader, database.build, now))) return 0
  return database.write((transaction) => blankExpiredMessages(transaction, database.build, now))
}
