import { createHmac } from 'node:crypto'
import { touchQueries } from '../../store/sign-in.ts'
import { SESSION_IDLE_MS, TOUCH_MS } from './durations.ts'
import type { FoundSession } from './identity.ts'
import type { SignInServices } from './sign-in-services.ts'

export interface SignedIn {
  session: FoundSession
  token: string
}

/** Whoever has this token and has not been away for too long; null: nobody. Notes the use, at most once a minute. */
export async function findSignedIn({ services, identity }: SignInServices, token: string, onFailure: (error: unknown) => void): Promise<SignedIn | null> {
  const session = await identity.findSession(token)
  const now = services.clock.now()
  if (session === null || session.expiresAt <= now || session.usedAt + SESSION_IDLE_MS <= now) return null
  if (now - session.usedAt >= TOUCH_MS) {
    const { database } = services
    await database
      .write(async (transaction) => {
        for (const query of touchQueries(database.build, session.id, session.person.id, now)) transaction.defer(query)
      })
      // A full disk keeps nobody from reading.
      .catch(onFailure)
  }
  return { session, token }
}

/** What changing requests must send beside the cookie. It follows from the token, so nothing more is stored, and does not tell it. */
export function csrfTokenOf(token: string): string {
  return createHmac('sha256', token).update('keywright csrf').digest('base64url')
}
