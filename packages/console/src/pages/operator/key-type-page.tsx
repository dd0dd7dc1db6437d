import { useNavigate } from '@tanstack/react-router'
import { Sunset } from 'lucide-react'
import { etagOf } from '../../api/call.ts'
import type { Answer } from '../../api/contract.ts'
import { useCommand, useRead } from '../../api/hooks.ts'
import { EditForm } from '../../configuration/edit-form.tsx'
import { draftOfType, typeWith } from '../../configuration/key-type-draft.ts'
import { KeyTypeFields } from '../../configuration/key-type-form.tsx'
import { crumbsOf, PartPage, PartWaiting } from '../../configuration/part-page.tsx'
import { RemovePart } from '../../configuration/remove-part.tsx'
import { useApply } from '../../configuration/use-apply.ts'
import { useDraft, useEdit } from '../../configuration/use-edit.ts'
import { useParameter } from '../../hooks/use-parameter.ts'
import { OperatorsOnly } from '../../operator/operators-only.tsx'
import { pathTo } from '../../paths.ts'
import { configurationText } from '../../text/configuration.ts'
import { ButtonLink } from '../../ui/button.tsx'
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
  const { draft, change, changed } = useDraft(draftOfType({}))
  const save = useApply(() => void navigate({ to: pathTo('keyType', { type: draft.slug.trim() }) as never, ignoreBlocker: true }))
  return (
    <>
      <PageHeader title={type.newTitle} crumbs={crumbsOf('keyTypes')} />
      <Section>
        <EditForm
          save={save}
          wanted={() => ({ keyType: typeWith({}, draft) })}
          etag={null}
          changed={changed}
          refusal={common.exists(draft.slug)}
          onReload={() => undefined}
        >
          <KeyTypeFields draft={draft} onChange={change} stored={null} />
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
      form={<Edit stored={read.data} read={read.refetch} />}
    >
      <Remove slug={slug} keys={keys} etag={etagOf(read.data)} />
    </PartPage>
  )
}

function Edit({ stored, read }: { stored: Stored; read: () => Promise<{ data: Stored | undefined }> }) {
  const { base, draft, change, changed, save, reload } = useEdit(stored, ({ keyType }) => draftOfType(keyType), read)
  return (
    <EditForm save={save} wanted={() => ({ keyType: typeWith(base.keyType, draft) })} etag={etagOf(base)} changed={changed} onReload={reload}>
      <KeyTypeFields draft={draft} onChange={change} stored={draftOfType(base.keyType)} />
    </EditForm>
  )
}

function Remove({ slug, keys, etag }: { slug: string; keys: number; etag: string | null }) {
  const { type } = configurationText
  const navigate = useNavigate()
  const remove = useCommand('key-types.remove', {
    onSuccess: () => {
      toast(type.removed(slug))
      void navigate({ to: pathTo('configuration') as never, ignoreBlocker: true })
    },
  })
  return (
    <RemovePart
      slug={slug}
      title={type.removeTitle(slug)}
      hint={type.removeHint}
      impact={<p className="text-sm text-ink-soft">{type.removeHint}</p>}
      blocked={keys > 0 ? type.removeBlocked(keys) : undefined}
      command={remove}
      onConfirm={() => remove.mutate({ type: slug, call: { ifMatch: etag } })}
    />
  )
}
