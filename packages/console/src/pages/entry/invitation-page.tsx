import { useQuery } from '@tanstack/react-query'
import type { KeywrightError } from '@keywright/sdk/client/keywright-error.ts'
import { RegisterForm } from './register-form.tsx'
import { call, isKeywrightError } from '../../api/call.ts'
import type { Answer, Person } from '../../api/contract.ts'
import { useCommand } from '../../api/hooks.ts'
import { usePerson } from '../../api/person.ts'
import { EntryFrame } from '../../components/entry-frame.tsx'
import { useEnter } from '../../hooks/use-enter.ts'
import { forgetFragmentToken, useFragmentToken, useLinkNumber } from '../../hooks/use-fragment-token.ts'
import { useSignOut } from '../../hooks/use-sign-out.ts'
import { pathTo } from '../../paths.ts'
import { text } from '../../text/common.ts'
import { entryText } from '../../text/entry.ts'
import { Banner } from '../../ui/banner.tsx'
import { Button, ButtonLink } from '../../ui/button.tsx'
import { KeyValue } from '../../ui/layout.tsx'
import { Problem } from '../../ui/problem.tsx'
import { Skeleton } from '../../ui/states.tsx'
import { Time } from '../../ui/time.tsx'
import { toast } from '../../ui/toast.tsx'

type Invitation = Answer<'invitations.look-up'>

/** What one is invited to, and the one step that is missing: accept, sign in, or make an account. */
export function Page() {
  const token = useFragmentToken('invitation')
  const link = useLinkNumber()
  const { data: person, isPending: personPending } = usePerson()
  const { data: invitation, error } = useQuery<Invitation, KeywrightError>({
    // Not by the token: keys of the cache are no place for it.
    queryKey: ['invitations.look-up', link, person?.id ?? null],
    queryFn: ({ signal }) => call('invitations.look-up', { token: token ?? '' }, { signal }),
    enabled: token !== null && !personPending,
    staleTime: 0,
    gcTime: 0,
  })
  if (token === null || isKeywrightError(error, 'link_unusable', 'not_found', 'invalid_request')) {
    return (
      <EntryFrame title={entryText.invitation.failedTitle} lead={token === null ? entryText.invitation.missing : entryText.invitation.failed}>
        <ButtonLink to={person === undefined ? pathTo('signIn') : pathTo('myOrganizations')}>
          {person === undefined ? entryText.signIn.submit : entryText.invitation.toMine}
        </ButtonLink>
      </EntryFrame>
    )
  }
  if (error !== null) {
    return (
      <EntryFrame title={entryText.invitation.title}>
        <Problem error={error} />
      </EntryFrame>
    )
  }
  if (invitation === undefined) {
    return (
      <EntryFrame title={entryText.invitation.title}>
        <Skeleton className="h-48 w-full" />
      </EntryFrame>
    )
  }
  const { organization, invitedBy, role, email, expiresAt } = invitation
  return (
    <EntryFrame title={organization === null ? entryText.invitation.toOperators(invitedBy) : entryText.invitation.toOrganization(invitedBy, organization.name)}>
      <div className="flex flex-col gap-6">
        <KeyValue
          entries={[
            {
              label: entryText.invitation.role,
              value: (
                <>
                  <span className="font-medium">{text.roles[role] ?? role}</span>
                  <span className="block text-xs text-ink-faint">{entryText.invitation.roleMeaning[role]}</span>
                </>
              ),
            },
            { label: entryText.invitation.sentTo, value: email },
            { label: entryText.invitation.good, value: <Time at={expiresAt} day /> },
          ]}
        />
        <NextStep token={token} invitation={invitation} person={person ?? null} />
      </div>
    </EntryFrame>
  )
}

function NextStep({ token, invitation, person }: { token: string; invitation: Invitation; person: Person | null }) {
  const enter = useEnter()
  const signOut = useSignOut()
  const entered = (organization: { slug: string; name: string } | null): void => {
    forgetFragmentToken()
    toast(organization === null ? entryText.invitation.acceptedOperator : entryText.invitation.accepted(organization.name))
    enter(organization === null ? pathTo('operatorOrganizations') : pathTo('organization', { org: organization.slug }))
  }
  const accept = useCommand('invitations.accept', { refreshes: [], onSuccess: ({ organization }) => entered(organization) })

  if (person === null && !invitation.registered) {
    return <RegisterForm token={token} email={invitation.email} onRegistered={() => entered(invitation.organization)} />
  }
  if (person === null) {
    return (
      <div className="flex flex-col gap-3">
        <ButtonLink to={pathTo('signIn', {}, { return: pathTo('invitation'), email: invitation.email })} variant="primary">
          {entryText.invitation.signInToAccept}
        </ButtonLink>
        <p className="text-xs text-ink-faint">{entryText.invitation.signInWhy(invitation.email)}</p>
      </div>
    )
  }
  if (person.email.toLowerCase() !== invitation.email.toLowerCase() || isKeywrightError(accept.error, 'wrong_address')) {
    return (
      <div className="flex flex-col gap-3">
        <Banner tone="warning" title={entryText.invitation.wrongTitle}>
          {entryText.invitation.wrong(invitation.email, person.email)}
        </Banner>
        <Button loading={signOut.isPending} onClick={() => signOut.signOut()}>
          {entryText.invitation.switchAccount}
        </Button>
      </div>
    )
  }
  return (
    <div className="flex flex-col gap-3">
      {accept.error !== null && <Problem error={accept.error} />}
      <Button variant="primary" size="large" loading={accept.isPending} onClick={() => accept.mutate({ token })}>
        {entryText.invitation.accept}
      </Button>
    </div>
  )
}
