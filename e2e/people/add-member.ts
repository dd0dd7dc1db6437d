import { randomBytes } from 'node:crypto'
import { DatabaseSync } from 'node:sqlite'
import { makeId } from '@keywright/core/id.ts'

/** Writes a person and his membership where they stand, beside the running server. @returns the member's id. */
export function addMember(databaseFile: string, { organization, role, email }: { organization: string; role: string; email: string }): string {
  const person = addPerson(databaseFile, email)
  const member = makeId('member', Date.now(), randomBytes(10))
  return within(databaseFile, (database) => {
    const place = 'SELECT ?, id, ?, ?, 0, 0 FROM organizations WHERE slug = ?'
    const { changes } = database
      .prepare(`INSERT INTO organization_members (id, organization_id, person_id, role, created_at, updated_at) ${place}`)
      .run(member, person, role, organization)
    if (changes !== 1) throw new Error(`there is no organization ${organization}`)
    return member
  })
}

/** The same of a person alone. @returns the person's id. */
export function addPerson(databaseFile: string, email: string, secondFactor = false): string {
  const person = makeId('person', Date.now(), randomBytes(10))
  return within(databaseFile, (database) => {
    database
      .prepare('INSERT INTO people (id, email, name, email_verified, second_factor, created_at, updated_at) VALUES (?, ?, ?, 1, ?, 0, 0)')
      .run(person, email, email, secondFactor ? 1 : 0)
    return person
  })
}

function within(databaseFile: string, work: (database: DatabaseSync) => string): string {
  const database = new DatabaseSync(databaseFile, { timeout: 10_000 })
  try {
    return work(database)
  } finally {
    database.close()
  }
}
