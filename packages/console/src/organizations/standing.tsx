import { useNavigate } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import type { Answer } from '../api/contract.ts'
import { useCommand, useList, useRead } from '../api/hooks.ts'
import { pathTo } from '../paths.ts'
import { organizationsText } from '../text/organizations.ts'
import { Banner } from '../ui/banner.tsx'
import { Button } from '../ui/button.tsx'
import { ConfirmCommand } from '../ui/confirm-dialog.tsx'
import { Field } from '../ui/field.tsx'
import { Input } from '../ui/input.tsx'
import { Section } from '../ui/layout.tsx'
import { toast } from '../ui/toast.tsx'

type Organization = Answer<'organizations.get'>

/** Suspend, restore, remove: each shows what it would stop now, before it asks. */
export function Standing({ organization, etag }: { organization: Organization; etag: string | null }) {
  const { standing } = organizationsText
  const [asking, setAsking] = useState<'suspend' | 'restore' | 'remove' | null>(null)
  const suspended = organization.status === 'suspended'
  if (organization.status === 'removed') return null
  return (
    <Section title={standing.title} danger>
      <ul className="divide-y divide-line">
        {suspended ? (
          <Row hint={standing.restoreHint}>
            <Button onClick={() => setAsking('restore')}>{standing.restore}</Button>
          </Row>
        ) : (
          <Row hint={standing.suspendHint}>
            <Button variant="danger-quiet" onClick={() => setAsking('suspend')}>
              {standing.suspend}
            </Button>
          </Row>
        )}
        <Row hint={standing.removeHint}>
          <Button variant="danger-quiet" onClick={() => setAsking('remove')}>
            {standing.remove}
          </Button>
        </Row>
      </ul>
      <Suspend organization={organization} etag={etag} open={asking === 'suspend'} onClose={() => setAsking(null)} />
      <Restore organization={organization} etag={etag} open={asking === 'restore'} onClose={() => setAsking(null)} />
      <Remove organization={organization} etag={etag} open={asking === 'remove'} onClose={() => setAsking(null)} />
    </Section>
  )
}

function Row({ hint, children }: { hint: string; children: ReactNode }) {
  return (
    <li className="flex flex-wrap items-center justify-between gap-3 py-3 first:pt-0 last:pb-0">
      <span className="min-w-0 flex-1 basis-64 text-sm text-ink-soft">{hint}</span>
      {children}
    </li>
  )
}

interface Asking {
  organization: Organization
  etag: string | null
  open: boolean
  onClose: () => void
}

/** Counted when the question is asked: a dry run of the very command on the keys, and the management keys that are left. */
function Affected({ org }: { org: string }) {
  const { standing } = organizationsText
  const keys = useRead('keys.bulk', { org, command: 'deactivate', filter: { status: 'active' }, dryRun: true, limit: 1 })
  const managementKeys = useList('organization-management-keys.list', { org, limit: 100 })
  const live = managementKeys.items?.filter(({ status }) => status === 'active').length
  return (
    <Banner tone="danger" live={false}>
      {keys.data === undefined || live === undefined
        ? standing.counting
        : standing.affected(keys.data.matched, standing.managementKeys(live, managementKeys.hasMore))}{' '}
      {standing.stays}
    </Banner>
  )
}

function Suspend({ organization, etag, open, onClose }: Asking) {
  const { standing } = organizationsText
  const [reason, setReason] = useState('')
  const suspend = useCommand('organizations.suspend', {
    onSuccess: ({ name, affected, propagation }) => {
      toast(standing.suspended(name, affected.keys, propagation?.summary))
      onClose()
    },
  })
  return (
    <ConfirmCommand
      open={open}
      command={suspend}
      onClose={onClose}
      title={standing.suspendTitle(organization.name)}
      impact={<Affected org={organization.id} />}
      confirmLabel={standing.suspend}
      danger
      onConfirm={() =>
        suspend.mutate({ org: organization.id, ...(reason.trim() === '' ? {} : { reason: reason.trim() }), call: { ifMatch: etag, confirm: true } })
      }
    >
      <Reason value={reason} onValueChange={setReason} />
    </ConfirmCommand>
  )
}

function Restore({ organization, etag, open, onClose }: Asking) {
  const { standing } = organizationsText
  const [reason, setReason] = useState('')
  const restore = useCommand('organizations.restore', {
    onSuccess: ({ name }) => {
      toast(standing.restored(name))
      onClose()
    },
  })
  return (
    <ConfirmCommand
      open={open}
      command={restore}
      onClose={onClose}
      title={standing.restoreTitle(organization.name)}
      confirmLabel={standing.restore}
      onConfirm={() => restore.mutate({ org: organization.id, ...(reason.trim() === '' ? {} : { reason: reason.trim() }), call: { ifMatch: etag } })}
    >
      <p className="text-sm text-ink-soft">{standing.restoreHint}</p>
      <Reason value={reason} onValueChange={setReason} />
    </ConfirmCommand>
  )
}

function Remove({ organization, etag, open, onClose }: Asking) {
  const { standing } = organizationsText
  const navigate = useNavigate()
  const remove = useCommand('organizations.remove', {
    onSuccess: async () => {
      toast(standing.removed(organization.name))
      onClose()
      await navigate({ to: pathTo('operatorOrganizations') as never })
    },
  })
  return (
    <ConfirmCommand
      open={open}
      command={remove}
      onClose={onClose}
      title={standing.removeTitle(organization.name)}
      impact={<Affected org={organization.id} />}
      confirmLabel={standing.remove}
      danger
      typeToConfirm={organization.slug}
      typeLabel={standing.typeLabel(organization.slug)}
      onConfirm={() => remove.mutate({ org: organization.id, call: { ifMatch: etag, confirm: true } })}
    >
      <p className="text-sm text-ink-soft">{standing.removeHint}</p>
    </ConfirmCommand>
  )
}

function Reason({ value, onValueChange }: { value: string; onValueChange: (reason: string) => void }) {
  const { standing } = organizationsText
  return (
    <Field label={standing.reason} name="reason" hint={standing.reasonHint} optional>
      <Input value={value} onValueChange={onValueChange} maxLength={500} />
    </Field>
  )
}
