import { randomBytes } from 'node:crypto'
import { DatabaseSync } from 'node:sqlite'
import { makeId } from '@keywright/core/id.ts'

/** Writes a person and his membership where they stand, beside the running server. @returns the member's id. */
export function addMember(databaseFile: string, { organization, role, email }: { organization: string; role: string; email: string }): string {
  const [person, member] = [makeId('person', Date.now(), randomBytes(10)), makeId('member', Date.now(), randomBytes(10))]
  const database = new DatabaseSync(databaseFile, { timeout: 10_000 })
  try {
    database.prepare('INSERT INTO people (id, email, name, email_verified, created_at, updated_at) VALUES (?, ?, ?, 1, 0, 0)').run(person, email, email)
    const place = 'SELECT ?, id, ?, ?, 0, 0 FROM organizations WHERE slug = ?'
    const { changes } = database
      .prepare(`INSERT INTO organization_members (id, organization_id, person_id, role, created_at, updated_at) ${place}`)
      .run(member, person, role, organization)
    if (changes !== 1) throw new Error(`there is no organization ${organization}`)
    return member
  } finally {
    database.close()
  }
}
