import { useNavigate } from '@tanstack/react-router'
import { Sunset } from 'lucide-react'
import { useState } from 'react'
import { etagOf } from '../../api/call.ts'
import type { Answer } from '../../api/contract.ts'
import { useCommand, useRead } from '../../api/hooks.ts'
import { EditForm } from '../../configuration/edit-form.tsx'
import { draftOfType, typeWith } from '../../configuration/key-type-draft.ts'
import { KeyTypeFields } from '../../configuration/key-type-form.tsx'
import { crumbsOf, PartPage, PartWaiting } from '../../configuration/part-page.tsx'
import { useApply } from '../../configuration/use-apply.ts'
import { useParameter } from '../../hooks/use-parameter.ts'
import { OperatorsOnly } from '../../operator/operators-only.tsx'
import { pathTo } from '../../paths.ts'
import { configurationText } from '../../text/configuration.ts'
import { Button, ButtonLink } from '../../ui/button.tsx'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { PageHeader, Section } from '../../ui/layout.tsx'
import { Time } from '../../ui/time.tsx'
import { toast } from '../../ui/toast.tsx'

type Stored = Answer<'key-types.get'>

export function Page() {
  const type = useParameter('type')
  return <OperatorsOnly>{type === '~new' ? <NewType /> : <StoredType key={type} slug={type} />}</OperatorsOnly>
}

function NewType() {
  const { common, type } = configurationText
  const navigate = useNavigate()
  const [draft, setDraft] = useState(() => draftOfType({}))
  const save = useApply(() => void navigate({ to: pathTo('keyType', { type: draft.slug.trim() }) as never }))
  return (
    <>
      <PageHeader title={type.newTitle} crumbs={crumbsOf('keyTypes')} />
      <Section>
        <EditForm save={save} wanted={() => ({ keyType: typeWith({}, draft) })} etag={null} refusal={common.exists(draft.slug)} onReload={() => undefined}>
          <KeyTypeFields draft={draft} onChange={(part) => setDraft((before) => ({ ...before, ...part }))} stored={null} />
        </EditForm>
      </Section>
    </>
  )
}

function StoredType({ slug }: { slug: string }) {
  const read = useRead('key-types.get', { type: slug })
  const { common, type } = configurationText
  if (read.data === undefined) return <PartWaiting section="keyTypes" title={slug} error={read.error} onRetry={() => void read.refetch()} />
  const { keyType, keys, organizations, updatedAt } = read.data
  return (
    <PartPage
      section="keyTypes"
      slug={slug}
      title={typeof keyType['label'] === 'string' ? keyType['label'] : slug}
      description={
        <>
          {common.keys(keys, organizations)} · {common.changed} <Time at={updatedAt} />
        </>
      }
      actions={
        <ButtonLink icon={<Sunset aria-hidden="true" className="size-4" />} to={pathTo('sunsets', {}, { type: slug })}>
          {type.planSunset}
        </ButtonLink>
      }
      form={<Edit stored={read.data} onReload={async () => (await read.refetch()).data} />}
    >
      <Remove slug={slug} keys={keys} etag={etagOf(read.data)} />
    </PartPage>
  )
}

/** What others save meanwhile does not change what is typed here; saving is refused then, and reloading shows theirs. */
function Edit({ stored, onReload }: { stored: Stored; onReload: () => Promise<Stored | undefined> }) {
  const [base, setBase] = useState(stored)
  const [draft, setDraft] = useState(() => draftOfType(stored.keyType))
  const adopt = async (): Promise<void> => {
    const fresh = await onReload()
    if (fresh === undefined) return
    setBase(fresh)
    setDraft(draftOfType(fresh.keyType))
  }
  const save = useApply(() => void adopt())
  const reload = async (): Promise<void> => {
    await adopt()
    save.close()
  }
  return (
    <EditForm save={save} wanted={() => ({ keyType: typeWith(base.keyType, draft) })} etag={etagOf(base)} onReload={() => void reload()}>
      <KeyTypeFields draft={draft} onChange={(part) => setDraft((before) => ({ ...before, ...part }))} stored={draftOfType(base.keyType)} />
    </EditForm>
  )
}

function Remove({ slug, keys, etag }: { slug: string; keys: number; etag: string | null }) {
  const { common, type } = configurationText
  const navigate = useNavigate()
  const [asking, setAsking] = useState(false)
  const remove = useCommand('key-types.remove', {
    onSuccess: () => {
      toast(type.removed(slug))
      void navigate({ to: pathTo('configuration') as never })
    },
  })
  return (
    <Section
      title={common.danger}
      description={type.removeHint}
      danger
      actions={
        <Button variant="danger-quiet" disabledReason={keys > 0 ? type.removeBlocked(keys) : undefined} onClick={() => setAsking(true)}>
          {common.remove}
        </Button>
      }
    >
      <ConfirmDialog
        open={asking}
        onOpenChange={(open) => {
          setAsking(open)
          if (!open) remove.reset()
        }}
        title={type.removeTitle(slug)}
        confirmLabel={common.remove}
        danger
        typeToConfirm={slug}
        loading={remove.isPending}
        error={remove.error}
        onConfirm={() => remove.mutate({ type: slug, call: { ifMatch: etag } })}
      >
        <p className="text-sm text-ink-soft">{type.removeHint}</p>
      </ConfirmDialog>
    </Section>
  )
}
