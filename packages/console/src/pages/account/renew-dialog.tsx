import { useQueryClient } from '@tanstack/react-query'
import { BackupCodes } from './backup-codes.tsx'
import { PasswordQuestion } from './password-question.tsx'
import { useCommand } from '../../api/hooks.ts'
import { accountText } from '../../text/account.ts'
import { Dialog } from '../../ui/dialog.tsx'

const said = accountText.secondFactor

export function RenewDialog({ email, onClose }: { email: string; onClose: () => void }) {
  const client = useQueryClient()
  const renew = useCommand('me.second-factor.renew-backup-codes', { refreshes: [] })
  if (renew.data !== undefined) {
    return (
      <Dialog open persistent onOpenChange={onClose} title={said.backupTitle} description={said.backup}>
        <BackupCodes
          codes={renew.data.backupCodes}
          email={email}
          onDone={() => {
            void client.invalidateQueries()
            onClose()
          }}
        />
      </Dialog>
    )
  }
  return (
    <Dialog open onOpenChange={onClose} title={said.renewTitle} description={said.renewWhy}>
      <PasswordQuestion submit={said.renewSubmit} command={renew} onCancel={onClose} />
    </Dialog>
  )
}
