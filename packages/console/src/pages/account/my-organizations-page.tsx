import { shellText } from '../../text/shell.ts'
import { PageHeader } from '../../ui/layout.tsx'

export function Page() {
  return <PageHeader title={shellText.myOrganizations} />
}
