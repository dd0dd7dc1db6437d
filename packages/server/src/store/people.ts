import type { ReadTransaction } from './database.ts'
import type { Build } from './precompile.ts'
import type { Schema } from './schema.ts'

/** A person, whatever he signs in with. */
export interface StoredPerson {
  id: string
  /** Folded. */
  email: string
  name: string
  emailVerified: boolean
  secondFactor: boolean
  createdAt: number
  updatedAt: number
  lastSeenAt: number | null
}

/**
 * Addresses are compared without regard to case: people type their own as they like. Only A to Z is folded: the general rules turn
 * the Kelvin sign into a "k", and whoever owned such an address would be somebody else.
 */
export function foldEmail(email: string): string {
  return email.trim().replace(/[A-Z]/g, (letter) => letter.toLowerCase())
}

export async function personById(transaction: ReadTransaction, build: Build, id: string): Promise<StoredPerson | null> {
  const row = await transaction.first(build.selectFrom('people').selectAll().where('id', '=', id).compile())
  return row ? toPerson(row) : null
}

/** @param email folded or not. */
export async function personByEmail(transaction: ReadTransaction, build: Build, email: string): Promise<StoredPerson | null> {
  const row = await transaction.first(build.selectFrom('people').selectAll().where('email', '=', foldEmail(email)).compile())
  return row ? toPerson(row) : null
}

export function insertPersonQuery(build: Build, person: StoredPerson) {
  const row = {
    id: person.id,
    email: foldEmail(person.email),
    name: person.name,
    email_verified: person.emailVerified ? 1 : 0,
    second_factor: person.secondFactor ? 1 : 0,
    created_at: person.createdAt,
    updated_at: person.updatedAt,
    last_seen_at: person.lastSeenAt,
  }
  return build.insertInto('people').values(row).compile()
}

/** Signs a person out everywhere. */
export function endSessionsOfPersonQuery(build: Build, personId: string) {
  return build.deleteFrom('auth_sessions').where('person_id', '=', personId).compile()
}

function toPerson(row: Schema['people']): StoredPerson {
  return {
    id: row.id,
    email: row.email,
    name: row.name,
    emailVerified: row.email_verified === 1,
    secondFactor: row.second_factor === 1,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    lastSeenAt: row.last_seen_at,
  }
}
