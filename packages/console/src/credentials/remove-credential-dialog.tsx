import type { Answer } from '../api/contract.ts'
import { useCommand } from '../api/hooks.ts'
import { credentialsText } from '../text/credentials.ts'
import { Banner } from '../ui/banner.tsx'
import { ConfirmCommand } from '../ui/confirm-dialog.tsx'
import { Time } from '../ui/time.tsx'
import { toast } from '../ui/toast.tsx'
import type { Credential } from './credential-list.tsx'
import type { CredentialKind } from './issue-request.ts'

export function RemoveCredentialDialog({
  kind,
  org,
  credential,
  onClose,
}: {
  kind: CredentialKind
  org?: string
  credential: Credential | null
  onClose: () => void
}) {
  const { removal } = credentialsText
  const onSuccess = ({ name, propagation }: Answer<'management-keys.remove'>): void => {
    toast(removal.done(name, propagation?.summary))
    onClose()
  }
  const verifier = useCommand('verifier-keys.remove', { onSuccess })
  const management = useCommand('management-keys.remove', { onSuccess })
  const organization = useCommand('organization-management-keys.remove', { onSuccess })
  const command = { verifier, management, organization }[kind]
  const remove = (key: string): void => {
    const call = { confirm: true }
    if (kind === 'verifier') verifier.mutate({ key, call })
    else if (kind === 'management') management.mutate({ key, call })
    else organization.mutate({ org: org ?? '', key, call })
  }
  return (
    <ConfirmCommand
      open={credential !== null}
      command={command}
      onClose={onClose}
      title={removal.title(credential?.name ?? '')}
      impact={
        <Banner tone="warning" title={removal.impact}>
          {kind === 'verifier' ? removal.verifier : removal.management}{' '}
          {credential === null || credential.lastSeen === null ? (
            removal.neverUsed
          ) : (
            <>
              {removal.lastSeen} <Time at={credential.lastSeen.at} />.
            </>
          )}
        </Banner>
      }
      confirmLabel={removal.confirm}
      danger
      onConfirm={() => credential !== null && remove(credential.id)}
    />
  )
}
