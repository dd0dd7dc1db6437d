import { Plug, Plus, Shapes } from 'lucide-react'
import { etagOf } from '../../api/call.ts'
import { type Answer } from '../../api/contract.ts'
import { useRead } from '../../api/hooks.ts'
import { printCarrier } from '../../configuration/api-draft.ts'
import { listIn, textIn } from '../../configuration/draft-text.ts'
import { FileEditor } from '../../configuration/file-editor.tsx'
import { fileText } from '../../configuration/file-text.ts'
import { useSearch } from '../../hooks/use-search.ts'
import { OperatorsOnly } from '../../operator/operators-only.tsx'
import { pathTo } from '../../paths.ts'
import { configurationText } from '../../text/configuration.ts'
import { Badge } from '../../ui/badge.tsx'
import { ButtonLink } from '../../ui/button.tsx'
import { PageHeader } from '../../ui/layout.tsx'
import { Link } from '../../ui/link.tsx'
import { Mono } from '../../ui/mono.tsx'
import { EmptyState, ErrorState, ListSkeleton } from '../../ui/states.tsx'
import { Table } from '../../ui/table.tsx'
import { Tabs } from '../../ui/tabs.tsx'
import { Time } from '../../ui/time.tsx'

/** What stands in the place of a slug where one is being made; no slug is like that. */
const NEW = '~new'
type StoredType = Answer<'key-types.list'>['items'][number]
type StoredApi = Answer<'apis.list'>['items'][number]

export function Page() {
  const [{ tab }, setSearch] = useSearch('tab')
  const shown = tab === 'apis' || tab === 'file' ? tab : 'types'
  const { tabs, newType, newApi, title, description } = configurationText
  const icon = <Plus aria-hidden="true" className="size-4" />
  return (
    <OperatorsOnly>
      <PageHeader
        title={title}
        description={description}
        actions={
          shown === 'apis' ? (
            <ButtonLink variant="primary" icon={icon} to={pathTo('api', { api: NEW })}>
              {newApi}
            </ButtonLink>
          ) : (
            <ButtonLink variant="primary" icon={icon} to={pathTo('keyType', { type: NEW })}>
              {newType}
            </ButtonLink>
          )
        }
      />
      <Tabs
        label={tabs.label}
        value={shown}
        onValueChange={(value) => setSearch({ tab: value === 'types' ? '' : value })}
        tabs={[
          { value: 'types', label: tabs.types, content: <KeyTypes /> },
          { value: 'apis', label: tabs.apis, content: <Apis /> },
          { value: 'file', label: tabs.file, content: <WholeFile /> },
        ]}
      />
    </OperatorsOnly>
  )
}

function KeyTypes() {
  const { types } = configurationText
  const { data, error, refetch } = useRead('key-types.list', {})
  if (data === undefined) return error === null ? <ListSkeleton rows={5} /> : <ErrorState error={error} onRetry={() => void refetch()} />
  if (data.items.length === 0) {
    return (
      <EmptyState icon={<Shapes />} title={types.empty}>
        {types.emptyHint}
      </EmptyState>
    )
  }
  return (
    <Table<StoredType>
      caption={types.list}
      rows={data.items}
      rowKey={({ keyType }) => textIn(keyType, 'slug')}
      columns={[
        {
          id: 'name',
          header: types.columns.name,
          primary: true,
          cell: ({ keyType }) => <Named json={keyType} to={pathTo('keyType', { type: textIn(keyType, 'slug') })} />,
        },
        { id: 'prefix', header: types.columns.prefix, cell: ({ keyType }) => <Mono>{`${textIn(keyType, 'prefix')}_`}</Mono> },
        { id: 'keys', header: types.columns.keys, align: 'right', cell: ({ keys }) => keys.toLocaleString('en') },
        { id: 'organizations', header: types.columns.organizations, align: 'right', cell: ({ organizations }) => organizations.toLocaleString('en') },
        { id: 'sunset', header: types.columns.sunset, cell: ({ keyType }) => <Sunset keyType={keyType} /> },
        { id: 'changed', header: types.columns.changed, align: 'right', cell: ({ updatedAt }) => <Time at={updatedAt} /> },
      ]}
    />
  )
}

function Sunset({ keyType }: { keyType: StoredType['keyType'] }) {
  const [first] = listIn(keyType, 'sunset') as { retiredAt?: string }[]
  if (first?.retiredAt === undefined) return null
  return (
    <Badge tone="warning">
      {configurationText.types.retires} <Time at={first.retiredAt} day />
    </Badge>
  )
}

function Apis() {
  const { apis } = configurationText
  const { data, error, refetch } = useRead('apis.list', {})
  if (data === undefined) return error === null ? <ListSkeleton rows={5} /> : <ErrorState error={error} onRetry={() => void refetch()} />
  if (data.items.length === 0) {
    return (
      <EmptyState icon={<Plug />} title={apis.empty}>
        {apis.emptyHint}
      </EmptyState>
    )
  }
  return (
    <Table<StoredApi>
      caption={apis.list}
      rows={data.items}
      rowKey={({ api }) => textIn(api, 'slug')}
      columns={[
        { id: 'name', header: apis.columns.name, primary: true, cell: ({ api }) => <Named json={api} to={pathTo('api', { api: textIn(api, 'slug') })} /> },
        {
          id: 'environment',
          header: apis.columns.environment,
          cell: ({ api }) => textIn(api, 'environment') || <span className="text-ink-faint">{apis.anyEnvironment}</span>,
        },
        { id: 'accepts', header: apis.columns.accepts, cell: ({ api }) => <span className="text-ink-soft">{listIn(api, 'accepts').join(', ')}</span> },
        { id: 'carriers', header: apis.columns.carriers, cell: ({ api }) => <Mono>{listIn(api, 'carriers').map(printCarrier).join(', ')}</Mono> },
        { id: 'routes', header: apis.columns.routes, cell: ({ api }) => (Array.isArray(api['routes']) ? apis.routes(api['routes'].length) : apis.allPaths) },
        { id: 'changed', header: apis.columns.changed, align: 'right', cell: ({ updatedAt }) => <Time at={updatedAt} /> },
      ]}
    />
  )
}

function Named({ json, to }: { json: StoredType['keyType']; to: string }) {
  const slug = textIn(json, 'slug')
  return (
    <>
      <Link to={to} className="after:absolute after:inset-0 hover:underline">
        {textIn(json, 'label') || slug}
      </Link>
      <span className="block font-mono text-xs font-normal text-ink-faint">{slug}</span>
    </>
  )
}

function WholeFile() {
  const { data, error, refetch } = useRead('configuration.get', {})
  if (data === undefined) return error === null ? <ListSkeleton rows={8} /> : <ErrorState error={error} onRetry={() => void refetch()} />
  return <FileEditor stored={fileText(data)} etag={etagOf(data)} hint={configurationText.file.hint} />
}
