import { digestToken } from './database-adapter.ts'
import { makeToken } from '../invitations/token.ts'
import type { Unit } from '../unit.ts'
import { QUESTION_MS } from './durations.ts'
import type { SignInMethod } from './identity.ts'
import type { SignInServices } from './sign-in-services.ts'

/** Somebody whose first factor was right, and whose second is waited for. */
export interface Question {
  personId: string
  method: SignInMethod
}

/** @returns the token of the question's cookie; it opens nothing but the question. */
export async function askSecondFactor({ services, identity }: SignInServices, unit: Unit, personId: string, method: SignInMethod): Promise<string> {
  const { token } = makeToken(services.random)
  const question: Question = { personId, method }
  await identity.within(unit.transaction).remember(questionName(token), JSON.stringify(question), unit.now + QUESTION_MS, unit.now)
  return token
}

export function questionName(token: string): string {
  return `second-factor:${digestToken(token)}`
}
