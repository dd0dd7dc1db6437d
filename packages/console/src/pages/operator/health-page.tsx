import { MoreHorizontal, Radio } from 'lucide-react'
import { useState } from 'react'
import type { Answer } from '../../api/contract.ts'
import { useCommand, useRead } from '../../api/hooks.ts'
import { findingsOf, printBytes } from '../../health/findings.ts'
import { OperatorsOnly } from '../../operator/operators-only.tsx'
import { healthText } from '../../text/health.ts'
import { Badge, type BadgeTone } from '../../ui/badge.tsx'
import { Banner } from '../../ui/banner.tsx'
import { IconButton } from '../../ui/button.tsx'
import { ConfirmCommand } from '../../ui/confirm-dialog.tsx'
import { KeyValue, PageHeader, Section } from '../../ui/layout.tsx'
import { Menu } from '../../ui/menu.tsx'
import { Mono } from '../../ui/mono.tsx'
import { EmptyState, ErrorState, ListSkeleton } from '../../ui/states.tsx'
import { Table } from '../../ui/table.tsx'
import { Time } from '../../ui/time.tsx'
import { toast } from '../../ui/toast.tsx'

const AGAIN_MS = 5_000
type Health = Answer<'installation.health'>
type Verifier = Answer<'verifiers.list'>['items'][number]

export function Page() {
  return (
    <OperatorsOnly>
      <Installation />
    </OperatorsOnly>
  )
}

function Installation() {
  const health = useRead('installation.health', {}, { refetchInterval: AGAIN_MS })
  const verifiers = useRead('verifiers.list', {}, { refetchInterval: AGAIN_MS })
  const ready = health.data?.ready
  return (
    <>
      <PageHeader
        title={healthText.title}
        description={healthText.description}
        badge={
          ready === undefined ? undefined : (
            <Badge tone={ready ? 'success' : 'danger'} dot>
              {ready ? healthText.ready : healthText.draining}
            </Badge>
          )
        }
      />
      {health.data === undefined ? (
        health.error === null ? (
          <ListSkeleton rows={6} />
        ) : (
          <ErrorState error={health.error} onRetry={() => void health.refetch()} />
        )
      ) : (
        <div className="flex flex-col gap-5">
          <Findings health={health.data} verifiers={verifiers.data?.items ?? []} />
          <Facts health={health.data} />
          <Verifiers verifiers={verifiers.data?.items} />
        </div>
      )}
    </>
  )
}

function Findings({ health, verifiers }: { health: Health; verifiers: readonly Verifier[] }) {
  const findings = findingsOf(health, verifiers)
  if (findings.length === 0) return <Banner tone="success">{healthText.allWell}</Banner>
  return (
    <section aria-label={healthText.attention} className="flex flex-col gap-2">
      {findings.map(({ tone, message }) => (
        <Banner key={message} tone={tone} live={false}>
          {message}
        </Banner>
      ))}
    </section>
  )
}

function Facts({ health }: { health: Health }) {
  const { facts } = healthText
  const count = (value: number) => value.toLocaleString('en')
  const orNone = (value: string | null) => value ?? <span className="text-ink-faint">{healthText.notSet}</span>
  return (
    <div className="grid gap-5 lg:grid-cols-2">
      <Section title={healthText.server}>
        <KeyValue
          entries={[
            { label: facts.version, value: health.version },
            { label: facts.started, value: <Time at={health.startedAt} /> },
            { label: facts.publicUrl, value: orNone(health.publicUrl) },
            { label: facts.support, value: orNone(health.supportContact) },
            { label: facts.mail, value: health.mailConfigured ? healthText.isSet : orNone(null) },
            { label: facts.oidc, value: orNone(health.oidc?.label ?? null) },
            { label: facts.messages, value: healthText.mails(health.outbox) },
          ]}
        />
      </Section>
      <Section title={healthText.store}>
        <KeyValue
          entries={[
            { label: facts.database, value: `SQLite, ${printBytes(health.database.bytes)}` },
            { label: facts.organizations, value: count(health.database.organizations) },
            { label: facts.keys, value: count(health.replica.keys) },
            { label: facts.lag, value: count(health.replica.lag) },
            {
              label: facts.changes,
              value: (
                <>
                  {count(health.changeLog.head)} · <Time at={health.changeLog.changedAt} fallback={healthText.never} />
                </>
              ),
            },
            { label: facts.audit, value: count(health.auditEvents) },
            { label: facts.journal, value: printBytes(health.journalBytes) },
            { label: facts.backlog, value: count(health.usage.backlog) },
            { label: facts.withoutAddress, value: count(health.usage.withoutAddress) },
            { label: facts.backup, value: <Time at={health.lastBackup?.takenAt ?? null} fallback={healthText.never} /> },
            { label: facts.signing, value: <Time at={health.signingKey?.createdAt ?? null} fallback={healthText.none} /> },
          ]}
        />
      </Section>
    </div>
  )
}

const TONES: Record<Verifier['status'], BadgeTone> = { live: 'success', 'catching-up': 'accent', silent: 'warning', unbounded: 'danger', expired: 'danger' }

function Verifiers({ verifiers }: { verifiers: readonly Verifier[] | undefined }) {
  const text = healthText.verifiers
  const [gone, setGone] = useState<Verifier | null>(null)
  const forget = useCommand('verifiers.forget', {
    onSuccess: () => {
      toast(text.forgotten(gone?.name ?? ''))
      setGone(null)
    },
  })
  const known = (value: number | null) => value?.toLocaleString('en') ?? null
  return (
    <Section title={text.title} description={text.description}>
      {verifiers === undefined ? (
        <ListSkeleton rows={2} />
      ) : verifiers.length === 0 ? (
        <EmptyState icon={<Radio />} title={text.empty}>
          {text.emptyHint}
        </EmptyState>
      ) : (
        <Table<Verifier>
          caption={text.list}
          rows={verifiers}
          rowKey={({ id }) => id}
          columns={[
            {
              id: 'name',
              header: text.columns.name,
              primary: true,
              cell: ({ name, host, pid, address, sdk }) => (
                <>
                  {name}
                  <Mono className="block text-xs font-normal text-ink-faint">{`${host} ${pid} · ${address ?? ''} · ${sdk}`}</Mono>
                </>
              ),
            },
            {
              id: 'status',
              header: text.columns.status,
              cell: ({ status }) => (
                <Badge tone={TONES[status]} dot>
                  {text.statuses[status]}
                </Badge>
              ),
            },
            { id: 'lag', header: text.columns.lag, align: 'right', cell: ({ lag }) => known(lag) },
            { id: 'keys', header: text.columns.keys, align: 'right', cell: ({ keys }) => known(keys) },
            { id: 'rate', header: text.columns.rate, align: 'right', cell: ({ decisionsPerSecond }) => known(decisionsPerSecond) },
            { id: 'until', header: text.columns.until, cell: ({ mayAcceptUntil }) => <Time at={mayAcceptUntil} ahead fallback={text.endless} /> },
            { id: 'heard', header: text.columns.heard, cell: ({ lastHeardAt }) => <Time at={lastHeardAt} /> },
            {
              id: 'commands',
              header: text.columns.commands,
              headerHidden: true,
              align: 'right',
              cell: (verifier) => (
                <Menu
                  trigger={
                    <IconButton label={text.commandsOf(verifier.name)}>
                      <MoreHorizontal aria-hidden="true" className="size-4" />
                    </IconButton>
                  }
                  items={[
                    {
                      label: text.forget,
                      danger: true,
                      disabledReason: verifier.change === null ? undefined : text.connected,
                      onSelect: () => setGone(verifier),
                    },
                  ]}
                />
              ),
            },
          ]}
        />
      )}
      <ConfirmCommand
        open={gone !== null}
        command={forget}
        onClose={() => setGone(null)}
        title={text.forgetTitle(gone?.name ?? '')}
        impact={<Banner tone="warning">{text.forgetHint}</Banner>}
        confirmLabel={text.forget}
        danger
        onConfirm={() => gone !== null && forget.mutate({ verifier: gone.id })}
      />
    </Section>
  )
}
