import type { OrganizationRole } from '@keywright/core/permissions.ts'
import { emailsOfRoles } from '../../store/members.ts'
import { foldEmail } from '../../store/people.ts'
import type { StoredOrganization } from '../../store/organizations.ts'
import type { Unit } from '../unit.ts'

/** Who can do something about a key that ends. */
export const TOLD_ROLES: readonly OrganizationRole[] = ['owner', 'administrator']
/** Beside the contacts: one message has an end. */
const MOST_MEMBERS = 50

export const NOBODY_TO_TELL = 'The organization has no contacts, and no owners or administrators.'

/** Whom an organization's notices go to: its contacts, and its owners and administrators; nobody twice. */
export async function recipientsOf({ transaction, build }: Pick<Unit, 'transaction' | 'build'>, { id, contacts }: StoredOrganization): Promise<string[]> {
  const members = await emailsOfRoles(transaction, build, id, TOLD_ROLES, MOST_MEMBERS)
  const known = new Set(contacts.map(foldEmail))
  return [...contacts, ...members.filter((email) => !known.has(foldEmail(email)))]
}
