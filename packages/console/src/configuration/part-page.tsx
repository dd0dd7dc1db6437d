import type { KeywrightError } from '@keywright/sdk/client/keywright-error.ts'
import type { ReactNode } from 'react'
import { etagOf } from '../api/call.ts'
import { useRead } from '../api/hooks.ts'
import { useSearch } from '../hooks/use-search.ts'
import { pathTo } from '../paths.ts'
import { configurationText } from '../text/configuration.ts'
import { PageHeader, Section } from '../ui/layout.tsx'
import { ErrorState, ListSkeleton } from '../ui/states.tsx'
import { Tabs } from '../ui/tabs.tsx'
import { FileEditor } from './file-editor.tsx'
import { partText } from './file-text.ts'

interface Props {
  section: 'keyTypes' | 'apis'
  slug: string
  title: string
  description?: ReactNode
  actions?: ReactNode
  form: ReactNode
  /** Below both. */
  children?: ReactNode
}

/** The page of one key type or API: as a form, or as a file. */
export function PartPage({ section, slug, title, description, actions, form, children }: Props) {
  const [{ view }, setSearch] = useSearch('view')
  const { common, file } = configurationText
  return (
    <>
      <PageHeader title={title} description={description} crumbs={crumbsOf(section)} actions={actions} />
      <div className="flex flex-col gap-5">
        <Tabs
          label={common.views}
          value={view === 'file' ? 'file' : 'form'}
          onValueChange={(value) => setSearch({ view: value === 'file' ? value : '' })}
          tabs={[
            { value: 'form', label: common.form, content: <Section>{form}</Section> },
            {
              value: 'file',
              label: common.file,
              content: <PartFile section={section} slug={slug} hint={section === 'keyTypes' ? file.typeHint : file.apiHint} />,
            },
          ]}
        />
        {children}
      </div>
    </>
  )
}

export function crumbsOf(section: 'keyTypes' | 'apis') {
  return [{ label: configurationText.common.crumb, to: pathTo('configuration', {}, section === 'apis' ? { tab: 'apis' } : {}) }]
}

function PartFile({ section, slug, hint }: { section: 'keyTypes' | 'apis'; slug: string; hint: string }) {
  const { data, error, refetch } = useRead('configuration.get', {})
  if (data === undefined) return error === null ? <ListSkeleton rows={8} /> : <ErrorState error={error} onRetry={() => void refetch()} />
  return <FileEditor stored={partText(data, section, slug) ?? ''} etag={etagOf(data)} hint={hint} />
}

/** Until the thing is there, or instead of it. */
export function PartWaiting({
  section,
  title,
  error,
  onRetry,
}: {
  section: 'keyTypes' | 'apis'
  title: string
  error: KeywrightError | null
  onRetry: () => void
}) {
  return (
    <>
      <PageHeader title={title} crumbs={crumbsOf(section)} />
      {error === null ? <ListSkeleton rows={6} /> : <ErrorState error={error} onRetry={onRetry} />}
    </>
  )
}
