import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { etagOf } from '../../api/call.ts'
import type { Answer } from '../../api/contract.ts'
import { useCommand, useRead } from '../../api/hooks.ts'
import { apiWith, draftOfApi } from '../../configuration/api-draft.ts'
import { ApiFields } from '../../configuration/api-form.tsx'
import { printValue } from '../../configuration/changes.ts'
import { listIn } from '../../configuration/draft-text.ts'
import { EditForm } from '../../configuration/edit-form.tsx'
import { crumbsOf, PartPage, PartWaiting } from '../../configuration/part-page.tsx'
import { useApply } from '../../configuration/use-apply.ts'
import { useParameter } from '../../hooks/use-parameter.ts'
import { OperatorsOnly } from '../../operator/operators-only.tsx'
import { pathTo } from '../../paths.ts'
import { configurationText } from '../../text/configuration.ts'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
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
  const [draft, setDraft] = useState(() => draftOfApi({}))
  const save = useApply(() => void navigate({ to: pathTo('api', { api: draft.slug.trim() }) as never }))
  return (
    <>
      <PageHeader title={api.newTitle} crumbs={crumbsOf('apis')} />
      <Section>
        <EditForm save={save} wanted={() => ({ api: apiWith({}, draft) })} etag={null} refusal={common.exists(draft.slug)} onReload={() => undefined}>
          <ApiFields draft={draft} onChange={(part) => setDraft((before) => ({ ...before, ...part }))} isNew companions={[]} />
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
      form={<Edit stored={read.data} onReload={async () => (await read.refetch()).data} />}
    >
      <Remove slug={slug} etag={etagOf(read.data)} />
    </PartPage>
  )
}

function Edit({ stored, onReload }: { stored: Stored; onReload: () => Promise<Stored | undefined> }) {
  const [base, setBase] = useState(stored)
  const [draft, setDraft] = useState(() => draftOfApi(stored.api))
  const adopt = async (): Promise<void> => {
    const fresh = await onReload()
    if (fresh === undefined) return
    setBase(fresh)
    setDraft(draftOfApi(fresh.api))
  }
  const save = useApply(() => void adopt())
  const reload = async (): Promise<void> => {
    await adopt()
    save.close()
  }
  return (
    <EditForm save={save} wanted={() => ({ api: apiWith(base.api, draft) })} etag={etagOf(base)} onReload={() => void reload()}>
      <ApiFields
        draft={draft}
        onChange={(part) => setDraft((before) => ({ ...before, ...part }))}
        isNew={false}
        companions={listIn(base.api, 'companions').map(printValue)}
      />
    </EditForm>
  )
}

function Remove({ slug, etag }: { slug: string; etag: string | null }) {
  const { common, api } = configurationText
  const navigate = useNavigate()
  const [asking, setAsking] = useState(false)
  const remove = useCommand('apis.remove', {
    onSuccess: () => {
      toast(api.removed(slug))
      void navigate({ to: pathTo('configuration') as never, search: { tab: 'apis' } as never })
    },
  })
  return (
    <Section
      title={common.danger}
      description={api.removeHint}
      danger
      actions={
        <Button variant="danger-quiet" onClick={() => setAsking(true)}>
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
        title={api.removeTitle(slug)}
        impact={<Banner tone="danger">{api.removeHint}</Banner>}
        confirmLabel={common.remove}
        danger
        typeToConfirm={slug}
        loading={remove.isPending}
        error={remove.error}
        onConfirm={() => remove.mutate({ api: slug, call: { ifMatch: etag, confirm: true } })}
      />
    </Section>
  )
}
