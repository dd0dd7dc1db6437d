import type { Role } from '@keywright/core/permissions.ts'
import { Eye, EyeOff, Pencil } from 'lucide-react'
import { useEffect, useState } from 'react'
import { CommandDialog } from './command-dialog.tsx'
import { GenerateButton } from './generate-button.tsx'
import type { Key } from './key.ts'
import { commandLabel, commandState } from './key-command.ts'
import { lastSeenSentence } from './last-seen.ts'
import type { OfferedType } from './offered-type.ts'
import { slugOf } from '../util/slug.ts'
import { useRead } from '../api/hooks.ts'
import { useSecretCommand } from '../components/use-secret-command.ts'
import { pathTo } from '../paths.ts'
import { keysText } from '../text/keys.ts'
import { shellText } from '../text/shell.ts'
import { StatusPill } from '../ui/badge.tsx'
import { Button } from '../ui/button.tsx'
import { TextLink } from '../ui/link.tsx'
import { Problem } from '../ui/problem.tsx'
import { ErrorState, ListSkeleton } from '../ui/states.tsx'
import { toast } from '../ui/toast.tsx'
import { useNow } from '../ui/use-now.ts'

/** How long a secret that was asked for stays readable on the page. */
const SHOWN_MS = 60_000

/** A type of which each environment has one key: a card for each, with what is done to it in place. */
export function SingleSection({ org, offered, role, title }: { org: string; offered: OfferedType; role: Role | null; title: string }) {
  const { data, error, refetch } = useRead('keys.list', { org, type: offered.slug, status: 'active,inactive,pending,expired,retired', limit: 100 })
  const page = slugOf(offered.type.presentation.page ?? shellText.apiKeys)
  return (
    <section aria-label={title} className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <div>
          <h2 className="text-base font-semibold">{title}</h2>
          {offered.description !== '' && <p className="text-sm text-ink-soft">{offered.description}</p>}
        </div>
        {!offered.type.autoProvision && <GenerateButton org={org} page={page} types={[offered]} role={role} />}
      </div>
      {error !== null && <ErrorState error={error} onRetry={() => void refetch()} />}
      {error === null && data === undefined && <ListSkeleton rows={2} />}
      {data !== undefined && (
        <div className="grid gap-4 lg:grid-cols-2">
          {offered.environments.map((environment) => {
            const key = data.items.find((each) => each.environment === environment)
            return key === undefined ? (
              <NoKey key={environment} environment={environment} />
            ) : (
              <InstanceCard key={key.id} org={org} offered={offered} role={role} keyOf={key} />
            )
          })}
        </div>
      )}
    </section>
  )
}

function NoKey({ environment }: { environment: string }) {
  return (
    <article aria-label={environment} className="rounded-xl border border-dashed border-line-strong p-5">
      <h3 className="text-sm font-semibold">{environment}</h3>
      <p className="mt-1 text-sm text-ink-soft">{keysText.single.none}</p>
    </article>
  )
}

function InstanceCard({ org, offered, role, keyOf: key }: { org: string; offered: OfferedType; role: Role | null; keyOf: Key }) {
  const { type } = offered
  const now = useNow(10)
  const [editing, setEditing] = useState(false)
  const [asking, setAsking] = useState(false)
  const [revealed, setRevealed] = useState<{ secret: string; version: number } | null>(null)
  // After a replacement the old one is nothing to look at.
  const shown = revealed?.version === key.newestVersion ? revealed.secret : null
  const setShown = (secret: string | null): void => setRevealed(secret === null ? null : { secret, version: key.newestVersion })
  const reveal = useSecretCommand('keys.reveal')
  const revealing = commandState('reveal', key, type, role, now)
  const replacing = commandState('replace', key, type, role, now)
  useEffect(() => {
    if (shown === null) return undefined
    const timer = setTimeout(() => setRevealed(null), SHOWN_MS)
    return () => clearTimeout(timer)
  }, [shown])

  const copy = async (): Promise<void> => {
    const answer = await reveal.run({ org, key: key.id })
    if (answer === null) return
    try {
      await navigator.clipboard.writeText(answer.secret)
      toast(keysText.single.copied)
    } catch {
      // The browser refuses the clipboard: then it is shown, so that it can be taken by hand.
      setShown(answer.secret)
    }
  }
  const show = async (): Promise<void> => {
    if (shown !== null) return setShown(null)
    const answer = await reveal.run({ org, key: key.id })
    if (answer !== null) setShown(answer.secret)
  }

  return (
    <article aria-label={key.environment} className="flex flex-col gap-4 rounded-xl border border-line bg-surface p-5">
      <div className="flex items-center justify-between gap-3">
        <h3 className="text-sm font-semibold">{key.environment}</h3>
        <StatusPill status={key.status} />
      </div>
      <div className="flex items-center gap-2 rounded-lg border border-line bg-sunken px-3 py-2.5">
        <code
          aria-label={keysText.single.secret(key.environment)}
          data-secret={shown === null ? undefined : ''}
          className="min-w-0 flex-1 font-mono text-sm break-all"
        >
          {shown ?? masked(key.hint)}
          {shown === null && <span className="sr-only"> ({keysText.single.masked})</span>}
        </code>
      </div>
      {reveal.error !== null && <Problem error={reveal.error} />}
      <div className="flex flex-wrap items-center gap-2">
        {revealing.offered && (
          <>
            <Button variant="primary" loading={reveal.isPending} disabledReason={revealing.reason} onClick={() => void copy()}>
              {commandLabel(type, 'reveal')}
            </Button>
            <Button
              variant="ghost"
              icon={shown === null ? <Eye aria-hidden="true" className="size-4" /> : <EyeOff aria-hidden="true" className="size-4" />}
              disabledReason={revealing.reason}
              onClick={() => void show()}
            >
              {shown === null ? keysText.single.show : keysText.single.hide}
            </Button>
          </>
        )}
        {replacing.offered &&
          (editing ? (
            <>
              <Button variant="danger-quiet" disabledReason={replacing.reason} onClick={() => setAsking(true)}>
                {commandLabel(type, 'replace')}
              </Button>
              <Button variant="ghost" onClick={() => setEditing(false)}>
                {keysText.single.closeEdit}
              </Button>
            </>
          ) : (
            <Button icon={<Pencil aria-hidden="true" className="size-4" />} disabledReason={replacing.reason} onClick={() => setEditing(true)}>
              {commandLabel(type, 'update')}
            </Button>
          ))}
      </div>
      <p className="text-xs text-ink-faint">
        {sentence(lastSeenSentence(key.lastSeen, now))} {revealing.offered && keysText.single.audited}{' '}
        <TextLink to={pathTo('key', { org, key: key.id })}>{keysText.list.details}</TextLink>
      </p>
      {asking && (
        <CommandDialog
          command="replace"
          org={org}
          known={key}
          offered={offered}
          onClose={() => {
            setAsking(false)
            setEditing(false)
          }}
        />
      )}
    </article>
  )
}

function masked(hint: string): string {
  return hint.replace('…', '•'.repeat(16))
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}
