import type { Role } from '@keywright/core/permissions.ts'
import { Pencil } from 'lucide-react'
import { useState } from 'react'
import { AddressCheck } from './address-check.tsx'
import { EditForm } from './edit-form.tsx'
import { VersionTable } from './version-table.tsx'
import { EndsAt } from '../ends-at.tsx'
import { ExampleCall } from '../example-call-block.tsx'
import { variableName } from '../env-file.ts'
import { commandLabel, commandState } from '../key-command.ts'
import type { Key } from '../key.ts'
import type { OfferedType } from '../offered-type.ts'
import { useRead } from '../../api/hooks.ts'
import { keysText } from '../../text/keys.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { CopyIcon } from '../../ui/copy.tsx'
import { KeyValue, Section } from '../../ui/layout.tsx'
import { Mono } from '../../ui/mono.tsx'
import { Time } from '../../ui/time.tsx'
import { useNow } from '../../ui/use-now.ts'
import { duration } from '../../util/time.ts'
import { parseDuration } from '@keywright/core/time.ts'

interface Props {
  org: string
  keyOf: Key
  offered: OfferedType | undefined
  role: Role | null
}

export function OverviewTab({ org, keyOf: key, offered, role }: Props) {
  return (
    <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_22rem]">
      <div className="flex min-w-0 flex-col gap-5">
        <Restrictions org={org} keyOf={key} offered={offered} role={role} />
        {offered !== undefined && key.status !== 'removed' && <ExampleCall offered={offered} org={org} fields={key} secret={variableName(key.type)} />}
      </div>
      <div className="flex min-w-0 flex-col gap-5">
        <Section>
          <KeyValue
            entries={[
              { label: keysText.page.type, value: offered?.label ?? key.type },
              { label: keysText.page.environment, value: key.environment },
              ...(key.origin === null ? [] : [{ label: keysText.page.origin, value: key.origin }]),
              { label: keysText.page.created, value: <CreatedBy keyOf={key} /> },
              {
                label: keysText.page.id,
                value: (
                  <span className="flex items-center gap-1">
                    <Mono className="min-w-0">{key.id}</Mono>
                    <CopyIcon value={key.id} label={keysText.page.copyId} />
                  </span>
                ),
              },
            ]}
          />
        </Section>
        {key.status !== 'removed' && <AddressCheck org={org} keyId={key.id} />}
      </div>
      <div className="flex min-w-0 flex-col gap-2 lg:col-span-2">
        <h2 className="text-sm font-semibold">{keysText.page.secrets}</h2>
        <VersionTable org={org} keyOf={key} />
      </div>
    </div>
  )
}

function CreatedBy({ keyOf: { createdAt, createdBy } }: { keyOf: Key }) {
  return (
    <>
      <Time at={createdAt} /> {keysText.page.by(createdBy.name ?? createdBy.id)}
    </>
  )
}

function Restrictions({ org, keyOf: key, offered, role }: Props) {
  const now = useNow()
  // The key as it was when somebody began to edit: what he changes is compared with what he saw.
  const [editing, setEditing] = useState<Key | null>(null)
  const { data: list } = useRead('address-lists.get', { org, type: key.type })
  if (editing !== null && offered !== undefined) {
    return (
      <Section title={keysText.page.editTitle}>
        <EditForm org={org} began={editing} offered={offered} organizationRule={list?.addresses} onClose={() => setEditing(null)} />
      </Section>
    )
  }
  const state = offered === undefined ? undefined : commandState('update', key, offered.type, role, now)
  const restricted = offered?.type.addresses.mode !== 'off'
  const limits = key.limits ?? offered?.type.limits.map(({ calls, per }) => ({ calls, per: `${per}s` })) ?? []
  return (
    <Section
      title={keysText.page.restrictions}
      description={keysText.page.restrictionsHint}
      actions={
        offered === undefined || key.status === 'removed' ? undefined : (
          <Button size="small" icon={<Pencil aria-hidden="true" className="size-3.5" />} disabledReason={state?.reason} onClick={() => setEditing(key)}>
            {commandLabel(offered.type, 'update')}
          </Button>
        )
      }
    >
      <KeyValue
        entries={[
          ...(offered?.type.naming.mode === 'none'
            ? []
            : [{ label: keysText.page.name, value: key.name === '' ? <Faint>{keysText.unnamed}</Faint> : key.name }]),
          { label: keysText.page.expires, value: <EndsAt of={key} /> },
          ...(offered?.type.scopes.offered.length === 0
            ? []
            : [{ label: keysText.page.scopes, value: key.scopes.length === 0 ? <Faint>{keysText.page.noScopes}</Faint> : <Marks texts={key.scopes} /> }]),
          ...(restricted || list?.addresses !== 'any'
            ? [
                {
                  label: keysText.page.addresses,
                  value: (
                    <>
                      {key.addresses === 'any' ? keysText.anyAddress : <Addresses rule={key.addresses} />}
                      {list !== undefined && list.addresses !== 'any' && (
                        <p className="text-xs text-ink-faint">{keysText.page.organizationList(list.addresses.length)}</p>
                      )}
                    </>
                  ),
                },
              ]
            : []),
          {
            label: keysText.page.limits,
            value:
              limits.length === 0 ? (
                <Faint>{keysText.page.noLimits}</Faint>
              ) : (
                <>
                  {limits.map(({ calls, per }) => keysText.sentence.limit(calls, duration(parseDuration(per) ?? 0))).join(', ')}
                  {key.limits === null && <span className="ml-1 text-ink-faint">({keysText.page.limitsOfType})</span>}
                </>
              ),
          },
          ...(key.tags.length === 0
            ? []
            : [
                {
                  label: keysText.page.tags,
                  value: key.tags.map((tag) => (
                    <span key={tag} className="mr-1.5">
                      <Badge>{tag}</Badge>
                    </span>
                  )),
                },
              ]),
          ...Object.entries(key.metadata).map(([name, value]) => ({
            label: <Mono>{name}</Mono>,
            value: <span className="[overflow-wrap:anywhere]">{value}</span>,
          })),
        ]}
      />
    </Section>
  )
}

function Faint({ children }: { children: string }) {
  return <span className="text-ink-faint">{children}</span>
}

function Marks({ texts }: { texts: readonly string[] }) {
  return (
    <span className="flex flex-wrap gap-x-3 gap-y-1">
      {texts.map((each) => (
        <Mono key={each}>{each}</Mono>
      ))}
    </span>
  )
}

function Addresses({ rule }: { rule: Exclude<Key['addresses'], 'any'> }) {
  return (
    <ul className="max-h-48 overflow-y-auto">
      {rule.map(({ cidr, label }) => (
        <li key={cidr}>
          <Mono>{cidr}</Mono>
          {label !== null && <span className="ml-2 text-ink-faint">{label}</span>}
        </li>
      ))}
    </ul>
  )
}
