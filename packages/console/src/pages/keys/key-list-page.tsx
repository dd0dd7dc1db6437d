import { SearchX } from 'lucide-react'
import { useRef } from 'react'
import { KeyBanners } from '../../keys/key-banners.tsx'
import { KeyFilters, useKeyFilters } from '../../keys/key-filters.tsx'
import { KeySection } from '../../keys/key-section.tsx'
import { sectionsOf } from '../../keys/offered-type.ts'
import { useRowKeys } from '../../keys/row-focus.ts'
import { SingleSection } from '../../keys/single-section.tsx'
import { useOfferedType, usePageTypes } from '../../keys/use-page-types.ts'
import { useRead } from '../../api/hooks.ts'
import { roleIn, useSignedIn } from '../../api/person.ts'
import { WaitingPage } from '../../components/page-states.tsx'
import { useParameter } from '../../hooks/use-parameter.ts'
import { pathTo } from '../../paths.ts'
import { text } from '../../text/common.ts'
import { keysText } from '../../text/keys.ts'
import { ButtonLink } from '../../ui/button.tsx'
import { PageHeader } from '../../ui/layout.tsx'
import { EmptyState, ErrorState } from '../../ui/states.tsx'

/** The keys of the types that name one console page, in the sections they name. */
export function Page() {
  const org = useParameter('org')
  const slug = useParameter('page')
  const role = roleIn(useSignedIn(), org)
  const { page, isPending, error } = usePageTypes(org, slug)
  const { all } = useOfferedType(org, undefined)
  const filters = useKeyFilters()
  // One for all sections: j leads from the last row of one to the first of the next.
  const content = useRef<HTMLDivElement>(null)
  useRowKeys(content)
  const listed = page?.types.filter(({ type }) => type.presentation.layout === 'list') ?? []
  // Of any status: whoever removed them all may want to look at those.
  const some = useRead('keys.list', { org, type: listed.map((each) => each.slug).join(','), limit: 1 }, { enabled: listed.length > 0 })
  if (error !== null) return <ErrorState error={error} />
  if (isPending) return <WaitingPage />
  if (page === null) {
    return (
      <>
        <PageHeader title={keysText.list.noPageTitle} />
        <EmptyState icon={<SearchX />} title={keysText.list.noPageTitle} action={<ButtonLink to={pathTo('organization', { org })}>{text.toStart}</ButtonLink>}>
          {text.problems.notFound}
        </EmptyState>
      </>
    )
  }
  const sections = sectionsOf(page.types)
  // Nothing to filter and to walk through until there is a key.
  const walked = listed.length > 0 && (filters.isSet || some.data?.items.length !== 0)
  return (
    <>
      <PageHeader title={page.title} />
      <div ref={content} className="flex flex-col gap-6">
        <KeyBanners org={org} types={page.types} all={all} />
        {walked && <KeyFilters types={listed} filters={filters} />}
        {sections.map(({ title, types }) => {
          const single = types.filter(({ type }) => type.presentation.layout === 'single')
          const list = types.filter(({ type }) => type.presentation.layout === 'list')
          return (
            <div key={title ?? ''} className="flex flex-col gap-6">
              {single.map((offered) => (
                <SingleSection key={offered.slug} org={org} offered={offered} role={role} title={title ?? offered.label} />
              ))}
              {list.length > 0 && <KeySection org={org} page={slug} title={title ?? page.title} types={list} role={role} filters={filters} />}
            </div>
          )
        })}
        {walked && <p className="text-xs text-ink-faint max-sm:hidden">{keysText.list.keyboard}</p>}
      </div>
    </>
  )
}
