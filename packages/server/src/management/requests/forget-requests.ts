import { deleteExpiredRecords, hasExpiredRecords } from '../../store/idempotency.ts'
import type { Services } from '../services.ts'

/** Removes what is kept of requests with an `Idempotency-Key`, once their day is over. @returns how many. */
export async function forgetRequests({ database, clock }: Services): Promise<number> {
  const now = clock.now()
  if (!(await hasExpiredRecords(database.reader, database.build, now))) return 0
  return database.write((transaction) => deleteExpiredRecords(transaction, database.build, now))
}
