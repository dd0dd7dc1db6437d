import { entryText } from '../../text/entry.ts'
import { PageHeader } from '../../ui/layout.tsx'

export function Page() {
  return <PageHeader title={entryText.signIn.title} />
}
