import type { ReactNode } from 'react'
import { useSignedIn } from '../api/person.ts'
import { operatorText } from '../text/operator.ts'
import { PageHeader } from '../ui/layout.tsx'
import { ForbiddenState } from '../ui/states.tsx'

/** What only operators see. The server refuses all others anyway; this says so in one sentence instead of many. */
export function OperatorsOnly({ children }: { children: ReactNode }) {
  if (useSignedIn().operator) return children
  return (
    <>
      <PageHeader title={operatorText.title} />
      <ForbiddenState>{operatorText.forbidden}</ForbiddenState>
    </>
  )
}
