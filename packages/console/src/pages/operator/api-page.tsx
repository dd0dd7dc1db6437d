import { useNavigate } from '@tanstack/react-router'
import { etagOf } from '../../api/call.ts'
import type { Answer } from '../../api/contract.ts'
import { useCommand, useRead } from '../../api/hooks.ts'
import { apiWith, draftOfApi } from '../../configuration/api-draft.ts'
import { ApiFields } from '../../configuration/api-form.tsx'
import { printValue } from '../../configuration/changes.ts'
import { listIn } from '../../configuration/draft-text.ts'
import { EditForm } from '../../configuration/edit-form.tsx'
import { crumbsOf, PartPage, PartWaiting } from '../../configuration/part-page.tsx'
import { RemovePart } from '../../configuration/remove-part.tsx'
import { useApply } from '../../configuration/use-apply.ts'
import { useDraft, useEdit } from '../../configuration/use-edit.ts'
import { useParameter } from '../../hooks/use-parameter.ts'
import { OperatorsOnly } from '../../operator/operators-only.tsx'
import { pathTo } from '../../paths.ts'
import { configurationText } from '../../text/configuration.ts'
import { Banner } from '../../ui/banner.tsx'
import { PageHeader, Section } from '../../ui/layout.tsx'
import { Time } from '../../ui/time.tsx'
import { toast } from '../../ui/toast.tsx'

type Stored = Answer<'apis.get'>

export function Page() {
  const api = useParameter('api')
  return <OperatorsOnly>{api === '~new' ? <NewApi /> : <StoredApi key={api} slug={api} />}</OperatorsOnly>
}

function NewApi() {
  const { common, api } = configurationText
  const navigate = useNavigate()
  const { draft, change, changed } = useDraft(draftOfApi({}))
  const save = useApply(() => void navigate({ to: pathTo('api', { api: draft.slug.trim() }) as never, ignoreBlocker: true }))
  return (
    <>
      <PageHeader title={api.newTitle} crumbs={crumbsOf('apis')} />
      <Section>
        <EditForm
          save={save}
          wanted={() => ({ api: apiWith({}, draft) })}
          etag={null}
          changed={changed}
          refusal={common.exists(draft.slug)}
          onReload={() => undefined}
        >
          <ApiFields draft={draft} onChange={change} isNew companions={[]} />
        </EditForm>
      </Section>
    </>
  )
}

function StoredApi({ slug }: { slug: string }) {
  const read = useRead('apis.get', { api: slug })
  if (read.data === undefined) return <PartWaiting section="apis" title={slug} error={read.error} onRetry={() => void read.refetch()} />
  const { api, updatedAt } = read.data
  return (
    <PartPage
      section="apis"
      slug={slug}
      title={typeof api['label'] === 'string' ? api['label'] : slug}
      description={
        <>
          {configurationText.common.changed} <Time at={updatedAt} />
        </>
      }
      form={<Edit stored={read.data} read={read.refetch} />}
    >
      <Remove slug={slug} etag={etagOf(read.data)} />
    </PartPage>
  )
}

function Edit({ stored, read }: { stored: Stored; read: () => Promise<{ data: Stored | undefined }> }) {
  const { base, draft, change, changed, save, reload } = useEdit(stored, ({ api }) => draftOfApi(api), read)
  return (
    <EditForm save={save} wanted={() => ({ api: apiWith(base.api, draft) })} etag={etagOf(base)} changed={changed} onReload={reload}>
      <ApiFields draft={draft} onChange={change} isNew={false} companions={listIn(base.api, 'companions').map(printValue)} />
    </EditForm>
  )
}

function Remove({ slug, etag }: { slug: string; etag: string | null }) {
  const { api } = configurationText
  const navigate = useNavigate()
  const remove = useCommand('apis.remove', {
    onSuccess: () => {
      toast(api.removed(slug))
      void navigate({ to: pathTo('configuration') as never, search: { tab: 'apis' } as never, ignoreBlocker: true })
    },
  })
  return (
    <RemovePart
      slug={slug}
      title={api.removeTitle(slug)}
      hint={api.removeHint}
      impact={<Banner tone="danger">{api.removeHint}</Banner>}
      command={remove}
      onConfirm={() => remove.mutate({ api: slug, call: { ifMatch: etag, confirm: true } })}
    />
  )
}
