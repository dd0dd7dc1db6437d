import type { OrganizationRole, Role } from '@keywright/core/permissions.ts'
import { useRead } from './hooks.ts'
import type { Person } from './contract.ts'

/** Who is signed in; `error` with code `unauthenticated` when nobody is. */
export function usePerson() {
  return useRead('me.person', {})
}

/** Within the pages of a signed-in person, where the answer is there. */
export function useSignedIn(): Person {
  const { data } = usePerson()
  if (data === undefined) throw new Error('useSignedIn is for pages within the shell, which waits for the person.')
  return data
}

/** The role of the person in an organization (by slug or id); operators have `operator` everywhere. Null: none. */
export function roleIn(person: Person, org: string): Role | null {
  if (person.operator) return 'operator'
  const membership = person.memberships.find(({ organization }) => organization.slug === org || organization.id === org)
  return (membership?.role as OrganizationRole | undefined) ?? null
}
