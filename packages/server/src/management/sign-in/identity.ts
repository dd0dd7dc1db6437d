import type { WriteTransaction } from '../../store/database.ts'

export const SIGN_IN_METHODS = ['set-up', 'password', 'link', 'register', 'oidc'] as const
export type SignInMethod = (typeof SIGN_IN_METHODS)[number]

export interface NewSession {
  personId: string
  /** What the cookie holds; stored is its digest. */
  token: string
  method: SignInMethod
  /** When the person proved more than a first factor; null: not yet. */
  provenAt: number | null
  address: string
  client: string
}

export interface FoundSession {
  id: string
  method: SignInMethod
  createdAt: number
  usedAt: number
  expiresAt: number
  provenAt: number | null
  person: { id: string; email: string; name: string; secondFactor: boolean }
}

/**
 * What Keywright asks of the library that knows about passwords and sessions. Everything that stores is called inside a unit of work,
 * so it is one transaction with the audit event; everything slow (hashing) stands outside of it.
 */
export interface Identity {
  hashPassword(password: string): Promise<string>
  /** @param hash null: there is none; then it takes as long, and is false. */
  checkPassword(hash: string | null, password: string): Promise<boolean>
  /** Whoever has this token; null: nobody. Says nothing about whether the session has ended by time. */
  findSession(token: string): Promise<FoundSession | null>
  /** What is committed; null: the person has none. */
  passwordHash(personId: string): Promise<string | null>
  /** What is remembered under that name and not taken; null: nothing, or it is too old. */
  find(name: string, now: number): Promise<string | null>
  /** Stores within this transaction. */
  within(transaction: WriteTransaction): IdentityStore
}

export interface IdentityStore {
  passwordHash(personId: string): Promise<string | null>
  /** Sets or changes. */
  putPassword(personId: string, hash: string, now: number): Promise<void>
  /** Who signs in as this subject of the provider. */
  personOfSubject(subject: string): Promise<string | null>
  linkSubject(personId: string, subject: string, now: number): Promise<void>
  startSession(session: NewSession, now: number): Promise<string>
  endSession(token: string): Promise<void>
  /** Something that is asked for once: `name` stands for a token by its digest. */
  remember(name: string, value: string, expiresAt: number, now: number): Promise<void>
  /** Takes it away: the second one to ask gets null, as does whoever comes too late. */
  take(name: string, now: number): Promise<string | null>
}
