import { useNavigate } from '@tanstack/react-router'
import { Mail } from 'lucide-react'
import { useState } from 'react'
import type { Answer } from '../../api/contract.ts'
import { useCommand, useRead } from '../../api/hooks.ts'
import { pathTo } from '../../paths.ts'
import { text } from '../../text/common.ts'
import { accountText } from '../../text/account.ts'
import { Button } from '../../ui/button.tsx'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { Problem } from '../../ui/problem.tsx'
import { ErrorState, ListSkeleton } from '../../ui/states.tsx'
import { Time } from '../../ui/time.tsx'
import { toast } from '../../ui/toast.tsx'

type Invitation = Answer<'me.invitations.list'>['items'][number]

const said = accountText.invitations

/** Invitations to the person's address, each to accept or decline. */
export function PendingInvitations() {
  const { data, error, refetch } = useRead('me.invitations.list', {})
  if (error !== null) return <ErrorState error={error} onRetry={() => void refetch()} />
  return (
    <section aria-labelledby="invitations">
      <h2 id="invitations" className="mb-3 text-sm font-semibold">
        {said.title}
      </h2>
      {data === undefined ? (
        <ListSkeleton rows={1} />
      ) : (
        <ul className="flex flex-col gap-2">
          {data.items.map((invitation) => (
            <Row key={invitation.id} invitation={invitation} />
          ))}
        </ul>
      )}
    </section>
  )
}

function Row({ invitation: { id, organization, role, invitedBy, expiresAt } }: { invitation: Invitation }) {
  const navigate = useNavigate()
  const [declining, setDeclining] = useState(false)
  const name = organization?.name ?? said.operators
  const accept = useCommand('me.invitations.accept', {
    onSuccess: () => {
      toast(organization === null ? said.acceptedOperator : said.accepted(organization.name))
      if (organization !== null) void navigate({ to: pathTo('organization', { org: organization.slug }) as never })
    },
  })
  const decline = useCommand('me.invitations.decline', { onSuccess: () => toast(said.declined) })
  return (
    <li className="flex flex-col gap-3 rounded-xl border border-accent-ink/25 bg-accent-soft px-4 py-3">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-3">
        <Mail aria-hidden="true" className="size-5 shrink-0 text-accent-ink" strokeWidth={1.75} />
        <div className="min-w-0 flex-1 basis-52">
          <p className="font-medium">{name}</p>
          <p className="text-sm text-ink-soft">
            {said.from(invitedBy, (text.roles[role] ?? role).toLowerCase())}, {said.until} <Time at={expiresAt} day />
          </p>
        </div>
        <div className="flex gap-2">
          <Button aria-label={`${said.decline}: ${name}`} onClick={() => setDeclining(true)}>
            {said.decline}
          </Button>
          <Button variant="primary" aria-label={`${said.accept}: ${name}`} loading={accept.isPending} onClick={() => accept.mutate({ invitation: id })}>
            {said.accept}
          </Button>
        </div>
      </div>
      {accept.error !== null && <Problem error={accept.error} />}
      <ConfirmDialog
        open={declining}
        onOpenChange={setDeclining}
        title={said.declineTitle(name)}
        confirmLabel={said.decline}
        loading={decline.isPending}
        error={decline.error}
        onConfirm={() => decline.mutate({ invitation: id })}
      >
        <p className="text-sm text-ink-soft">{said.declineImpact}</p>
      </ConfirmDialog>
    </li>
  )
}
