import { useState } from 'react'
import type { Answer } from '../api/contract.ts'
import { drawSecret, SecretOnItsWay, SecretPanel } from '../components/secret-panel.tsx'
import { type SecretCommand, useSecretCommand } from '../components/use-secret-command.ts'
import { credentialsText } from '../text/credentials.ts'
import { Dialog } from '../ui/dialog.tsx'
import { IssueForm } from './issue-form.tsx'
import { type CredentialDraft, type CredentialKind, sharedRequest } from './issue-request.ts'

type Issued = Answer<'management-keys.issue'>

interface Props {
  kind: CredentialKind
  /** Of an organization's management key. */
  org?: string
  open: boolean
  onClose: () => void
}

/** Asks what the key is for, issues it, and shows its secret once. The secret lives in this component and goes with it. */
export function IssueDialog({ kind, org, open, onClose }: Props) {
  const [issued, setIssued] = useState<Issued | null>(null)
  const commands = {
    verifier: useSecretCommand('verifier-keys.issue'),
    management: useSecretCommand('management-keys.issue'),
    organization: useSecretCommand('organization-management-keys.issue'),
  }
  const { isPending, error, reset } = commands[kind]
  const close = (): void => {
    setIssued(null)
    reset()
    onClose()
  }
  const issue = async (draft: CredentialDraft): Promise<void> => {
    const answer = await ask(commands, kind, org, draft)
    if (answer !== null) drawSecret(() => setIssued(answer))
  }
  const { issuing, kinds } = credentialsText
  return (
    <Dialog
      open={open}
      onOpenChange={(next) => !next && close()}
      persistent={issued !== null || isPending}
      title={issued === null ? kinds[kind].issue : issuing.done(issued.key.name)}
      description={issued === null ? undefined : issuing.doneHint}
    >
      <SecretOnItsWay active={isPending} />
      {open &&
        (issued === null ? (
          <IssueForm
            kind={kind}
            {...(org === undefined ? {} : { org })}
            isPending={isPending}
            error={error}
            onSubmit={(draft) => void issue(draft)}
            onCancel={close}
          />
        ) : (
          <SecretPanel secret={issued.secret} variable={kinds[kind].variable} onDone={close} />
        ))}
    </Dialog>
  )
}

interface Commands {
  verifier: SecretCommand<'verifier-keys.issue'>
  management: SecretCommand<'management-keys.issue'>
  organization: SecretCommand<'organization-management-keys.issue'>
}

async function ask(commands: Commands, kind: CredentialKind, org: string | undefined, draft: CredentialDraft): Promise<Issued | null> {
  const shared = sharedRequest(draft, Date.now())
  const capabilities = [...draft.capabilities]
  if (kind === 'verifier') return commands.verifier.run({ ...shared, apis: draft.allApis ? 'all' : [...draft.apis] })
  if (kind === 'management') return commands.management.run({ ...shared, capabilities })
  if (org === undefined || draft.role === null) return null
  return commands.organization.run({ ...shared, capabilities, org, role: draft.role })
}
