import { Network } from 'lucide-react'
import { useState } from 'react'
import { AddressEditor } from '../../addresses/address-editor.tsx'
import { type RuleChanges, ruleChanges } from '../../addresses/rule-changes.ts'
import type { AddressRule } from '../../addresses/test-address.ts'
import { etagOf } from '../../api/call.ts'
import type { Answer, Offer } from '../../api/contract.ts'
import { useCommand, useRead } from '../../api/hooks.ts'
import { useSignedIn } from '../../api/person.ts'
import { useParameter } from '../../hooks/use-parameter.ts'
import { usePermission } from '../../hooks/use-permission.ts'
import { useSearch } from '../../hooks/use-search.ts'
import { addressesText } from '../../text/addresses.ts'
import { Badge } from '../../ui/badge.tsx'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { Form, FormActions } from '../../ui/form.tsx'
import { PageHeader, Section } from '../../ui/layout.tsx'
import { Mono } from '../../ui/mono.tsx'
import { Problem } from '../../ui/problem.tsx'
import { EmptyState, ErrorState, ListSkeleton, Skeleton } from '../../ui/states.tsx'
import { Time } from '../../ui/time.tsx'
import { toast } from '../../ui/toast.tsx'

type List = Answer<'address-lists.get'>

/** The organization's address list for each type that looks at addresses. */
export function Page() {
  const org = useParameter('org')
  const offers = useRead('key-types.offers', { org })
  const [{ edit }, setSearch] = useSearch('edit')
  const types = offers.data?.items.filter(hasAddresses)
  return (
    <>
      <PageHeader title={addressesText.title} description={addressesText.description} />
      {offers.error !== null && types === undefined ? (
        <ErrorState error={offers.error} onRetry={() => void offers.refetch()} />
      ) : types === undefined ? (
        <ListSkeleton />
      ) : types.length === 0 ? (
        <EmptyState icon={<Network />} title={addressesText.empty}>
          {addressesText.emptyHint}
        </EmptyState>
      ) : (
        <div className="flex flex-col gap-4">
          {types.map((offer) => (
            <TypeList key={offer.type} org={org} offer={offer} editing={edit === offer.type} onEdit={(on) => setSearch({ edit: on ? offer.type : '' })} />
          ))}
        </div>
      )}
    </>
  )
}

function hasAddresses({ policy }: Offer): boolean {
  const { addresses } = policy as { addresses?: { mode?: string } }
  return addresses?.mode !== undefined && addresses.mode !== 'off'
}

function TypeList({ org, offer, editing, onEdit }: { org: string; offer: Offer; editing: boolean; onEdit: (on: boolean) => void }) {
  const list = useRead('address-lists.get', { org, type: offer.type })
  const manage = usePermission(org, 'address-lists:manage')
  const keys = offer.use.reduce((sum, { used }) => sum + used, 0)
  return (
    <Section
      title={offer.label}
      description={
        <>
          {addressesText.holdsFor(keys)}
          {list.data !== undefined && (
            <>
              {' · '}
              {list.data.updatedAt === null ? (
                addressesText.neverSet
              ) : (
                <>
                  {addressesText.changed} <Time at={list.data.updatedAt} />
                </>
              )}
            </>
          )}
        </>
      }
      actions={
        editing && manage.allowed ? undefined : (
          <Button size="small" disabledReason={manage.reason} onClick={() => onEdit(true)}>
            {addressesText.edit}
          </Button>
        )
      }
    >
      {list.error !== null && list.data === undefined ? (
        <ErrorState error={list.error} onRetry={() => void list.refetch()} />
      ) : list.data === undefined ? (
        <Skeleton className="h-8 w-64" />
      ) : editing && manage.allowed ? (
        <Edit org={org} label={offer.label} list={list.data} onDone={() => onEdit(false)} onReload={async () => (await list.refetch()).data} />
      ) : (
        <Summary rule={list.data.addresses} />
      )}
    </Section>
  )
}

function Summary({ rule }: { rule: AddressRule }) {
  if (rule === 'any') return <Badge tone="warning">{addressesText.anySummary}</Badge>
  return (
    <ul className="flex flex-wrap gap-2">
      {rule.map(({ cidr, label }) => (
        <li key={cidr} className="inline-flex items-baseline gap-2 rounded-md bg-sunken px-2 py-1 ring-1 ring-line ring-inset">
          <Mono>{cidr}</Mono>
          {label !== null && <span className="text-xs text-ink-faint">{label}</span>}
        </li>
      ))}
    </ul>
  )
}

/** Works on the list as it was when it was opened; whoever saved meanwhile is not overwritten. */
function Edit({
  org,
  label,
  list,
  onDone,
  onReload,
}: {
  org: string
  label: string
  list: List
  onDone: () => void
  onReload: () => Promise<List | undefined>
}) {
  const me = useSignedIn() as { address?: string | null }
  const [base, setBase] = useState(list)
  const [rule, setRule] = useState<AddressRule>(list.addresses)
  const [tried, setTried] = useState(false)
  const save = useCommand('address-lists.put', {
    onSuccess: () => {
      toast(addressesText.saved(label))
      onDone()
    },
  })
  const stale = save.error?.code === 'precondition_failed'
  const changes = ruleChanges(base.addresses, rule)
  const empty = rule !== 'any' && rule.length === 0
  const reload = async (): Promise<void> => {
    const fresh = await onReload()
    if (fresh === undefined) return
    setBase(fresh)
    save.reset()
  }
  const submit = (): void => {
    setTried(true)
    if (empty) return
    if (!changes.changed) return onDone()
    save.mutate({ org, type: list.type, addresses: rule === 'any' ? 'any' : rule.map((entry) => ({ ...entry })), call: { ifMatch: etagOf(base) } })
  }
  return (
    <Form error={stale ? null : save.error} onSubmit={submit}>
      {stale && save.error !== null && (
        <Problem
          error={save.error}
          // What one has changed stays; it is compared with the newest list from now on.
          onReload={() => void reload()}
        />
      )}
      <AddressEditor value={rule} onChange={setRule} ownAddress={me.address ?? null} error={tried && empty ? addressesText.needsOne : undefined} />
      <Impact changes={changes} />
      <FormActions>
        <Button type="submit" variant="primary" loading={save.isPending}>
          {addressesText.save}
        </Button>
        <Button variant="ghost" onClick={onDone}>
          {addressesText.discard}
        </Button>
      </FormActions>
    </Form>
  )
}

/** What saving does to calls, before it is saved. */
function Impact({ changes }: { changes: RuleChanges }) {
  if (changes.any === 'to') return <Banner tone="warning">{addressesText.toAny}</Banner>
  if (changes.any === 'from') return <Banner tone="warning">{addressesText.fromAny}</Banner>
  if (changes.added + changes.removed === 0) return null
  return <Banner tone={changes.removed > 0 ? 'warning' : 'info'}>{addressesText.changes(changes.added, changes.removed)}.</Banner>
}
