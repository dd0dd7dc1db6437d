import { Lock, SearchX } from 'lucide-react'
import { useState } from 'react'
import { roleIn, useSignedIn } from '../../api/person.ts'
import { WaitingPage } from '../../components/page-states.tsx'
import { useParameter } from '../../hooks/use-parameter.ts'
import { useSearch } from '../../hooks/use-search.ts'
import { generateLabel, whyNotGenerate } from '../../keys/generate-button.tsx'
import { Wizard } from '../../keys/generate/wizard.tsx'
import { usePageTypes } from '../../keys/use-page-types.ts'
import { pathTo } from '../../paths.ts'
import { text } from '../../text/common.ts'
import { keysText } from '../../text/keys.ts'
import { ButtonLink } from '../../ui/button.tsx'
import { PageHeader } from '../../ui/layout.tsx'
import { EmptyState, ErrorState } from '../../ui/states.tsx'

/** Generating a key of one of the types of a page; `section` in the address narrows them, `type` chooses one. */
export function Page() {
  const org = useParameter('org')
  const slug = useParameter('page')
  const role = roleIn(useSignedIn(), org)
  const [{ section }] = useSearch('section')
  const { page, isPending, error } = usePageTypes(org, slug)
  if (error !== null && page === null) return <ErrorState error={error} />
  if (isPending) return <WaitingPage />
  const types = page?.types.filter((each) => section === '' || each.type.presentation.section === section) ?? []
  if (page === null || types.length === 0) {
    return (
      <>
        <PageHeader title={keysText.list.noPageTitle} />
        <EmptyState icon={<SearchX />} title={keysText.list.noPageTitle} action={<ButtonLink to={pathTo('organization', { org })}>{text.toStart}</ButtonLink>}>
          {text.problems.notFound}
        </EmptyState>
      </>
    )
  }
  return <Possible key={`${slug} ${section}`} org={org} page={{ slug, title: page.title }} types={types} role={role} />
}

function Possible(props: Parameters<typeof Wizard>[0]) {
  const reason = whyNotGenerate(props.types, props.role)
  // Once a key was made the cap may be reached: that must not take its secret away.
  const [began, setBegan] = useState(reason === null)
  if (!began && reason === null) setBegan(true)
  if (began || reason === null) return <Wizard {...props} />
  return (
    <>
      <PageHeader title={generateLabel(props.types)} crumbs={[{ label: props.page.title, to: pathTo('keyPage', { org: props.org, page: props.page.slug }) }]} />
      <EmptyState icon={<Lock />} title={keysText.generate.notPossible}>
        {reason}
      </EmptyState>
    </>
  )
}
