import type { FieldError } from '@keywright/core/problem-code.ts'
import { ExternalLink, UserPlus } from 'lucide-react'
import { useState } from 'react'
import { etagOf } from '../../api/call.ts'
import type { Answer } from '../../api/contract.ts'
import { useCommand, useList, useRead } from '../../api/hooks.ts'
import { useParameter } from '../../hooks/use-parameter.ts'
import { InvitationList } from '../../members/invitation-list.tsx'
import { InviteDialog } from '../../members/invite-dialog.tsx'
import { MemberList } from '../../members/member-list.tsx'
import { OperatorsOnly } from '../../operator/operators-only.tsx'
import { aliasesIn, changesOf, draftOf, mistakesOf } from '../../organizations/draft.ts'
import { OrganizationFields } from '../../organizations/organization-fields.tsx'
import { Standing } from '../../organizations/standing.tsx'
import { pathTo } from '../../paths.ts'
import { organizationsText } from '../../text/organizations.ts'
import { StatusPill } from '../../ui/badge.tsx'
import { Banner } from '../../ui/banner.tsx'
import { Button, ButtonLink } from '../../ui/button.tsx'
import { Form, FormActions } from '../../ui/form.tsx'
import { PageHeader, Section } from '../../ui/layout.tsx'
import { Mono } from '../../ui/mono.tsx'
import { Problem } from '../../ui/problem.tsx'
import { ErrorState, ListSkeleton } from '../../ui/states.tsx'
import { Time } from '../../ui/time.tsx'
import { toast } from '../../ui/toast.tsx'
import { addressesIn } from '../../util/email.ts'
import { nameValues } from '../../util/name-values.ts'

type Organization = Answer<'organizations.get'>

export function Page() {
  return (
    <OperatorsOnly>
      <OrganizationOfOperator />
    </OperatorsOnly>
  )
}

function OrganizationOfOperator() {
  const org = useParameter('org')
  const read = useRead('organizations.get', { org })
  const { page } = organizationsText
  const crumbs = [{ label: page.crumb, to: pathTo('operatorOrganizations') }]
  if (read.data === undefined) {
    return (
      <>
        <PageHeader title={org} crumbs={crumbs} />
        {read.error === null ? <ListSkeleton /> : <ErrorState error={read.error} onRetry={() => void read.refetch()} />}
      </>
    )
  }
  const organization = read.data
  return (
    <>
      <PageHeader
        title={organization.name}
        crumbs={crumbs}
        badge={<StatusPill status={organization.status} />}
        description={
          <span className="flex flex-wrap gap-x-4 gap-y-1">
            <Mono>{organization.id}</Mono>
            <span>
              {page.created} <Time at={organization.createdAt} day />
            </span>
          </span>
        }
        actions={
          <ButtonLink to={pathTo('organization', { org: organization.slug })} icon={<ExternalLink aria-hidden="true" className="size-4" />}>
            {page.open}
          </ButtonLink>
        }
      />
      <div className="flex flex-col gap-5">
        <Facts key={organization.id} organization={organization} onReload={async () => (await read.refetch()).data} />
        <People organization={organization} />
        <Standing organization={organization} etag={etagOf(organization)} />
      </div>
    </>
  )
}

function Facts({ organization, onReload }: { organization: Organization; onReload: () => Promise<Organization | undefined> }) {
  const { form, page } = organizationsText
  const [base, setBase] = useState(organization)
  const [draft, setDraft] = useState(() => draftOf(organization))
  const [mistakes, setMistakes] = useState<readonly FieldError[]>([])
  const reload = async (): Promise<void> => {
    const fresh = await onReload()
    if (fresh === undefined) return
    setBase(fresh)
    setDraft(draftOf(fresh))
    save.reset()
  }
  const save = useCommand('organizations.update', {
    onSuccess: () => {
      toast(form.saved)
      void reload()
    },
  })
  const stale = save.error?.code === 'precondition_failed'
  const submit = (): void => {
    const found = mistakesOf(draft, false)
    setMistakes(found)
    const changes = changesOf(base, draft)
    if (found.length > 0 || Object.keys(changes).length === 0) return
    save.mutate({ org: organization.id, ...changes, call: { ifMatch: etagOf(base) } })
  }
  const removed = organization.status === 'removed'
  return (
    <Section title={page.facts} description={page.factsHint}>
      <Form
        error={stale ? null : nameValues(save.error, { aliases: aliasesIn(draft.aliases), contacts: addressesIn(draft.contacts) })}
        errors={mistakes}
        onSubmit={submit}
        inert={removed}
      >
        {stale && save.error !== null && <Problem error={save.error} onReload={() => void reload()} />}
        <OrganizationFields draft={draft} onChange={(part) => setDraft((before) => ({ ...before, ...part }))} storedSlug={base.slug} />
        <FormActions>
          <Button type="submit" variant="primary" loading={save.isPending}>
            {form.save}
          </Button>
        </FormActions>
      </Form>
    </Section>
  )
}

function People({ organization }: { organization: Organization }) {
  const { page } = organizationsText
  const [inviting, setInviting] = useState(false)
  const members = useList('members.list', { org: organization.slug, limit: 100 })
  const noOwner = members.items !== undefined && !members.hasMore && !members.items.some(({ role }) => role === 'owner')
  return (
    <>
      <Section
        title={page.members}
        actions={
          <Button size="small" icon={<UserPlus aria-hidden="true" className="size-3.5" />} onClick={() => setInviting(true)}>
            {page.invite}
          </Button>
        }
      >
        <div className="flex flex-col gap-4">
          {noOwner && organization.status !== 'removed' && <Banner tone="warning">{page.noOwner}</Banner>}
          <MemberList org={organization.slug} organizationName={organization.name} onInvite={() => setInviting(true)} />
        </div>
      </Section>
      <Section title={page.invitations}>
        <InvitationList org={organization.slug} />
      </Section>
      <InviteDialog
        org={organization.slug}
        organizationName={organization.name}
        open={inviting}
        onOpenChange={setInviting}
        {...(noOwner ? { role: 'owner' as const } : {})}
      />
    </>
  )
}
