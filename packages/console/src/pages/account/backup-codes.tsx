import { Download } from 'lucide-react'
import { useState } from 'react'
import { accountText } from '../../text/account.ts'
import { Button } from '../../ui/button.tsx'
import { Checkbox } from '../../ui/choice.tsx'
import { CopyButton } from '../../ui/copy.tsx'
import { FormActions } from '../../ui/form.tsx'

const said = accountText.secondFactor

/** Shown this once; goes on only when the person says that they are kept. */
export function BackupCodes({ codes, email, onDone }: { codes: readonly string[]; email: string; onDone: () => void }) {
  const [kept, setKept] = useState(false)
  const file = `${said.fileHead(email)}\n\n${codes.join('\n')}\n`
  return (
    <div className="flex flex-col gap-4">
      <ul className="grid grid-cols-2 gap-x-6 gap-y-1.5 rounded-lg border border-line bg-sunken px-4 py-3 font-mono text-sm">
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <div className="flex flex-wrap gap-2">
        <CopyButton value={codes.join('\n')} label={said.copy} />
        <Button icon={<Download aria-hidden="true" className="size-4" />} onClick={() => download(file)}>
          {said.download}
        </Button>
      </div>
      <Checkbox label={said.kept} checked={kept} onCheckedChange={setKept} />
      <FormActions>
        <Button variant="primary" disabledReason={kept ? undefined : said.keepFirst} onClick={onDone}>
          {said.done}
        </Button>
      </FormActions>
    </div>
  )
}

function download(content: string): void {
  const url = URL.createObjectURL(new Blob([content], { type: 'text/plain' }))
  const link = document.createElement('a')
  link.href = url
  link.download = said.fileName
  link.click()
  URL.revokeObjectURL(url)
}
