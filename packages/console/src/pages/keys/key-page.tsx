import { useParameter } from '../../hooks/use-parameter.ts'
import { KeyDetails } from '../../keys/page/key-details.tsx'
import { useOfferedType } from '../../keys/use-page-types.ts'
import { useRead } from '../../api/hooks.ts'
import { WaitingPage } from '../../components/page-states.tsx'
import { text } from '../../text/common.ts'
import { PageHeader } from '../../ui/layout.tsx'
import { ErrorState } from '../../ui/states.tsx'

/** One key: what it is, what it may do, who used it, and what happened to it. */
export function Page() {
  const org = useParameter('org')
  const id = useParameter('key')
  const { data: key, error, refetch } = useRead('keys.get', { org, key: id }, { refetchInterval: 30_000 })
  const { offered, all, pageOf, isPending } = useOfferedType(org, key?.type)
  if (error !== null && key === undefined) {
    return (
      <>
        <PageHeader title={text.problems.notFoundTitle} />
        <ErrorState error={error} onRetry={() => void refetch()} />
      </>
    )
  }
  if (key === undefined || isPending) return <WaitingPage />
  return <KeyDetails key={key.id} org={org} keyOf={key} offered={offered} all={all} page={pageOf(key.type)} />
}
