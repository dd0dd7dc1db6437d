import { KeyRound, MoreHorizontal, Plus, Trash2 } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { type Item, useList } from '../api/hooks.ts'
import { credentialsText } from '../text/credentials.ts'
import { StatusPill } from '../ui/badge.tsx'
import { Button, IconButton } from '../ui/button.tsx'
import { Checkbox } from '../ui/choice.tsx'
import { Section } from '../ui/layout.tsx'
import { Menu } from '../ui/menu.tsx'
import { Hint } from '../ui/mono.tsx'
import { EmptyState, ErrorState, ListSkeleton } from '../ui/states.tsx'
import { type Column, LoadMore, Table } from '../ui/table.tsx'
import { Time } from '../ui/time.tsx'
import { roleName } from '../members/roles.ts'
import { IssueDialog } from './issue-dialog.tsx'
import type { CredentialKind } from './issue-request.ts'
import { RemoveCredentialDialog } from './remove-credential-dialog.tsx'

export type Credential = Item<'management-keys.list'>

interface Props {
  kind: CredentialKind
  /** Of an organization's management keys. */
  org?: string
  title: ReactNode
  description: ReactNode
  /** Why the person may not issue and remove. */
  refusal?: string | undefined
}

/** Keywright's own keys of one kind: issue, look at, remove. */
export function CredentialList({ kind, org, title, description, refusal }: Props) {
  const list = useCredentials(kind, org)
  const [issuing, setIssuing] = useState(false)
  const [removing, setRemoving] = useState<Credential | null>(null)
  const [all, setAll] = useState(false)
  const rows = list.items?.filter(({ status }) => all || status !== 'removed')
  const hidden = list.items?.some(({ status }) => status === 'removed') ?? false
  const issue = (
    <Button size="small" icon={<Plus aria-hidden="true" className="size-3.5" />} disabledReason={refusal} onClick={() => setIssuing(true)}>
      {credentialsText.kinds[kind].issue}
    </Button>
  )
  return (
    <Section title={title} description={description} actions={issue}>
      {list.error !== null && rows === undefined ? (
        <ErrorState error={list.error} onRetry={list.reload} />
      ) : rows === undefined ? (
        <ListSkeleton rows={2} />
      ) : rows.length === 0 ? (
        <EmptyState icon={<KeyRound />} title={credentialsText.kinds[kind].empty}>
          {credentialsText.emptyHints[kind]}
        </EmptyState>
      ) : (
        <Table
          caption={credentialsText.kinds[kind].list}
          columns={columns(kind, refusal, setRemoving)}
          rows={rows}
          rowKey={({ id }) => id}
          isDim={({ status }) => status === 'removed'}
        />
      )}
      <LoadMore list={list} />
      {hidden && (
        <div className="pt-3">
          <Checkbox label={credentialsText.showRemoved} checked={all} onCheckedChange={setAll} />
        </div>
      )}
      <IssueDialog kind={kind} {...(org === undefined ? {} : { org })} open={issuing} onClose={() => setIssuing(false)} />
      <RemoveCredentialDialog kind={kind} {...(org === undefined ? {} : { org })} credential={removing} onClose={() => setRemoving(null)} />
    </Section>
  )
}

function useCredentials(kind: CredentialKind, org: string | undefined) {
  const verifier = useList('verifier-keys.list', { limit: 100 }, { enabled: kind === 'verifier' })
  const management = useList('management-keys.list', { limit: 100 }, { enabled: kind === 'management' })
  const organization = useList('organization-management-keys.list', { org: org ?? '', limit: 100 }, { enabled: kind === 'organization' })
  return { verifier, management, organization }[kind]
}

function columns(kind: CredentialKind, refusal: string | undefined, remove: (credential: Credential) => void): Column<Credential>[] {
  const names = credentialsText.columns
  return [
    {
      id: 'name',
      header: names.name,
      primary: true,
      cell: ({ name, status }) => (
        <span className="flex flex-wrap items-center gap-2">
          {name}
          {status !== 'active' && <StatusPill status={status} />}
        </span>
      ),
    },
    { id: 'hint', header: names.hint, cell: ({ hint }) => <Hint hint={hint} /> },
    ...(kind === 'verifier'
      ? [{ id: 'apis', header: names.apis, cell: ({ apis }: Credential) => (apis === 'all' || apis === undefined ? credentialsText.allApis : apis.join(', ')) }]
      : []),
    ...(kind === 'organization' ? [{ id: 'role', header: names.role, cell: ({ role }: Credential) => (role === undefined ? null : roleName(role)) }] : []),
    ...(kind === 'verifier'
      ? []
      : [
          {
            id: 'capabilities',
            header: names.capabilities,
            cell: ({ capabilities = [] }: Credential) =>
              capabilities.map((each) => (each in credentialsText.capabilities ? credentialsText.capabilities[each as 'keys:reveal'].label : each)).join(', '),
          },
        ]),
    { id: 'seen', header: names.lastSeen, cell: ({ lastSeen }) => <Time at={lastSeen?.at ?? null} fallback={credentialsText.neverSeen} /> },
    { id: 'expires', header: names.expires, cell: ({ expiresAt }) => <Time at={expiresAt} day fallback={credentialsText.neverExpires} /> },
    { id: 'by', header: names.createdBy, cell: ({ createdBy }) => createdBy.name ?? createdBy.id },
    {
      id: 'commands',
      header: names.commands,
      headerHidden: true,
      align: 'right',
      cell: (credential) => (
        <Menu
          trigger={
            <IconButton label={credentialsText.commandsOf(credential.name)}>
              <MoreHorizontal aria-hidden="true" className="size-4" />
            </IconButton>
          }
          items={[
            {
              label: credentialsText.remove,
              icon: <Trash2 aria-hidden="true" className="size-4 shrink-0" />,
              danger: true,
              disabledReason: credential.status === 'removed' ? credentialsText.removed : refusal,
              onSelect: () => remove(credential),
            },
          ]}
        />
      ),
    },
  ]
}
