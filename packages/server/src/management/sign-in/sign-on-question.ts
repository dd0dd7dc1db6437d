import { createHash, timingSafeEqual } from 'node:crypto'
import type { RandomBytes } from '../../kernel/random.ts'
import type { SignOnSecrets } from './single-sign-on.ts'

/** What we remember of a single sign-on that is under way, under the digest of its state. */
export interface SignOnQuestion extends SignOnSecrets {
  /** SHA-256, hex, of what the browser's cookie holds: whoever brings the answer must be who asked. */
  browser: string
  returnTo: string
  /** The session that asks for a fresh proof; null: somebody signs in. */
  session: string | null
}

/** @returns the question, and what the browser keeps of it. */
export function makeQuestion(
  random: RandomBytes,
  { returnTo, session }: Pick<SignOnQuestion, 'returnTo' | 'session'>,
): { question: SignOnQuestion; cookie: string } {
  const token = () => Buffer.from(random(32)).toString('base64url')
  const cookie = token()
  return { cookie, question: { state: token(), nonce: token(), codeVerifier: token(), browser: digest(cookie), returnTo, session } }
}

/** The name under which a question is remembered. */
export function nameOf(state: string): string {
  return `single-sign-on:${digest(state)}`
}

export function isBrowserOf(question: SignOnQuestion, cookie: string | null): boolean {
  return cookie !== null && timingSafeEqual(Buffer.from(digest(cookie)), Buffer.from(question.browser))
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
