import { Navigate } from '@tanstack/react-router'
import { isKeywrightError } from '../api/call.ts'
import type { Person } from '../api/contract.ts'
import { usePerson } from '../api/person.ts'
import { WaitingPage } from '../components/page-states.tsx'
import { useKeyPages } from '../components/navigation.ts'
import { lastOrganization } from '../hooks/use-last-organization.ts'
import { useParameter } from '../hooks/use-parameter.ts'
import { pathTo } from '../paths.ts'
import { ErrorState } from '../ui/states.tsx'

/** `/`: to what one most likely came for. */
export function HomePage() {
  const { data: person, error, refetch } = usePerson()
  if (isKeywrightError(error, 'unauthenticated')) return <Navigate to={pathTo('signIn') as never} replace />
  if (error !== null) {
    return (
      <main className="mx-auto max-w-2xl px-4 py-16">
        <ErrorState error={error} onRetry={() => void refetch()} />
      </main>
    )
  }
  if (person === undefined) return <WaitingPage />
  return <Navigate to={homeOf(person) as never} replace />
}

function homeOf(person: Person): string {
  if (person.pendingInvitations > 0) return pathTo('myOrganizations')
  const slugs = person.memberships.map(({ organization }) => organization.slug)
  const last = lastOrganization()
  if (last !== null && slugs.includes(last)) return pathTo('organization', { org: last })
  if (person.operator) return pathTo('operatorOrganizations')
  if (slugs.length === 1) return pathTo('organization', { org: slugs[0] as string })
  return pathTo('myOrganizations')
}

/** `/organizations/acme`: its first page of keys. */
export function OrganizationHomePage() {
  const org = useParameter('org')
  const { pages, isPending, error } = useKeyPages(org)
  if (error !== null) return <ErrorState error={error} />
  if (isPending) return <WaitingPage />
  const [first] = pages
  return <Navigate to={(first === undefined ? pathTo('members', { org }) : pathTo('keyPage', { org, page: first.slug })) as never} replace />
}
