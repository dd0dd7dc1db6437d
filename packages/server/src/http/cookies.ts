import type { IncomingMessage } from 'node:http'
import { PROOF_MS, QUESTION_MS, SESSION_LIFE_MS } from '../management/sign-in/durations.ts'

/** `session`: who is signed in. `question`: whose second factor is waited for. `sign-on`: a single sign-on that is under way. */
export type CookieName = 'session' | 'question' | 'sign-on'

const LIFE_MS: Record<CookieName, number> = { session: SESSION_LIFE_MS, question: QUESTION_MS, 'sign-on': PROOF_MS }

/**
 * `__Host-` makes a browser refuse the cookie from anywhere but this very host over https; over http, which is for loopback, there is no such
 * promise to be had.
 * @param origin where people reach this server.
 */
export function cookieName(name: CookieName, origin: string): string {
  return `${origin.startsWith('https:') ? '__Host-' : ''}kw_${name.replace('-', '_')}`
}

export function setCookie(name: CookieName, value: string, origin: string): string {
  return cookie(name, value, LIFE_MS[name] / 1000, origin)
}

export function clearCookie(name: CookieName, origin: string): string {
  return cookie(name, '', 0, origin)
}

function cookie(name: CookieName, value: string, maxAgeSeconds: number, origin: string): string {
  const secure = origin.startsWith('https:') ? '; Secure' : ''
  return `${cookieName(name, origin)}=${value}; Path=/; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Lax${secure}`
}

const TOKEN = /^[A-Za-z0-9_-]{43}$/

/** The token of that cookie; null: there is none, or more than one, so that nobody can say whose counts. */
export function readCookie(request: IncomingMessage, name: CookieName, origin: string): string | null {
  const wanted = cookieName(name, origin)
  const values = (request.headersDistinct['cookie'] ?? [])
    .flatMap((field) => field.split(';'))
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${wanted}=`))
    .map((pair) => pair.slice(wanted.length + 1))
  const [value] = values
  return values.length === 1 && value !== undefined && TOKEN.test(value) ? value : null
}
