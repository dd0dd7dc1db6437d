import { useId, useRef, useState } from 'react'
import { Pencil, Undo2 } from 'lucide-react'
import { LeaveGuard } from '../components/leave-guard.tsx'
import { text as common } from '../text/common.ts'
import { configurationText } from '../text/configuration.ts'
import { Badge } from '../ui/badge.tsx'
import { Banner } from '../ui/banner.tsx'
import { Button } from '../ui/button.tsx'
import { Problem } from '../ui/problem.tsx'
import { CodeEditor, goToLine } from './code-editor.tsx'
import { fileErrors } from './file-errors.ts'
import { ImpactDialog } from './impact-dialog.tsx'
import { useApply } from './use-apply.ts'

interface Props {
  /** What is stored, as a file. */
  stored: string
  /** Tag of the configuration that `stored` is of. */
  etag: string | null
  hint: string
  onApplied?: () => void
}

/** A part of the configuration, or all of it, as text. What others change meanwhile does not change what one types. */
export function FileEditor({ stored, etag, hint, onApplied }: Props) {
  const { file } = configurationText
  const [opened, setOpened] = useState({ text: stored, etag })
  const [text, setText] = useState(stored)
  const area = useRef<HTMLTextAreaElement>(null)
  const listId = useId()
  const changed = text !== opened.text
  // Nothing was typed: the newest is shown at once.
  if (!changed && stored !== opened.text) {
    setOpened({ text: stored, etag })
    setText(stored)
  } else if (!changed && etag !== opened.etag) setOpened({ text: stored, etag })
  const save = useApply(() => {
    setOpened({ text, etag: null })
    onApplied?.()
  })
  const errors = save.changes === null ? fileErrors(save.error?.errors ?? [], text) : []
  const stale = save.error?.code === 'precondition_failed'
  const restore = (): void => {
    setOpened({ text: stored, etag })
    setText(stored)
    save.close()
  }
  return (
    <div className="flex flex-col gap-3">
      <LeaveGuard active={changed} said={common.unsaved} />
      <div className="flex flex-wrap items-center justify-between gap-2 text-sm text-ink-soft">
        <p className="min-w-0 flex-1 basis-72">{hint}</p>
        {changed && (
          <Badge tone="warning">
            <Pencil aria-hidden="true" className="size-3" />
            {file.changed}
          </Badge>
        )}
      </div>
      <CodeEditor ref={area} label={file.label} value={text} onValueChange={setText} errors={errors} describedBy={errors.length > 0 ? listId : undefined} />
      {stale && <Banner tone="warning">{file.tooNew}</Banner>}
      {save.error !== null && save.changes === null && !stale && errors.length === 0 && <Problem error={save.error} />}
      {errors.length > 0 && (
        <Banner tone="danger" title={file.errors(errors.length)}>
          <ul id={listId} className="flex max-h-60 flex-col gap-1 overflow-y-auto">
            {errors.map(({ line, path, message }) => (
              <li key={`${line} ${path} ${message}`} className="flex flex-wrap items-baseline gap-x-2">
                {line !== null && (
                  <button
                    type="button"
                    aria-label={file.goTo(line)}
                    className="shrink-0 font-medium text-danger-ink underline underline-offset-2"
                    onClick={() => goToLine(area.current, line)}
                  >
                    {file.line(line)}
                  </button>
                )}
                {path !== '' && <code className="font-mono text-xs">{path}</code>}
                <span>{message}</span>
              </li>
            ))}
          </ul>
        </Banner>
      )}
      <div className="flex flex-row-reverse flex-wrap justify-start gap-2">
        <Button variant="primary" loading={save.isPending && save.changes === null} onClick={() => void save.foresee({ text })}>
          {file.check}
        </Button>
        {changed && (
          <Button variant="ghost" icon={<Undo2 aria-hidden="true" className="size-4" />} onClick={restore}>
            {file.restore}
          </Button>
        )}
      </div>
      <ImpactDialog
        changes={save.changes}
        onClose={save.close}
        onApply={() => void save.apply(opened.etag)}
        isPending={save.isPending}
        error={stale ? null : save.error}
      />
    </div>
  )
}
