import { CredentialList } from '../../credentials/credential-list.tsx'
import { OperatorsOnly } from '../../operator/operators-only.tsx'
import { credentialsText } from '../../text/credentials.ts'
import { keywrightKeysText } from '../../text/operator.ts'
import { PageHeader } from '../../ui/layout.tsx'

export function Page() {
  return (
    <OperatorsOnly>
      <PageHeader title={keywrightKeysText.title} description={keywrightKeysText.description} />
      <div className="flex flex-col gap-5">
        <CredentialList kind="verifier" title={credentialsText.kinds.verifier.list} description={keywrightKeysText.verifierHint} />
        <CredentialList kind="management" title={credentialsText.kinds.management.list} description={keywrightKeysText.managementHint} />
      </div>
    </OperatorsOnly>
  )
}
