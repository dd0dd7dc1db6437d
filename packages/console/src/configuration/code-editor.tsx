import { useRef, type Ref } from 'react'
import { cx } from '../util/class-names.ts'
import type { FileError } from './file-errors.ts'

interface Props {
  label: string
  value: string
  onValueChange: (value: string) => void
  errors: readonly FileError[]
  /** Ids of what describes it, such as the list of mistakes. */
  describedBy?: string | undefined
  ref?: Ref<HTMLTextAreaElement>
}

/** A plain text area with numbered lines. Tab leaves it, as everywhere else on the page. */
export function CodeEditor({ label, value, onValueChange, errors, describedBy, ref }: Props) {
  const numbers = useRef<HTMLDivElement>(null)
  const lines = value.split('\n').length
  const wrong = new Set(errors.map(({ line }) => line))
  return (
    <div className="flex max-h-[70vh] min-h-80 overflow-hidden rounded-lg border border-field-line bg-surface font-mono text-xs leading-5 shadow-xs focus-within:border-accent-ink focus-within:outline-2 focus-within:outline-accent-ink">
      <div ref={numbers} aria-hidden="true" className="shrink-0 overflow-hidden border-r border-line bg-sunken py-2.5 text-right text-ink-faint select-none">
        {Array.from({ length: lines }, (_none, index) => (
          <div key={index + 1} className={cx('min-w-10 pr-2.5 pl-2', wrong.has(index + 1) && 'bg-danger-soft font-semibold text-danger-ink')}>
            {index + 1}
          </div>
        ))}
      </div>
      <textarea
        ref={ref}
        aria-label={label}
        aria-invalid={errors.length > 0 || undefined}
        aria-describedby={describedBy}
        value={value}
        onChange={(event) => onValueChange(event.target.value)}
        onScroll={(event) => {
          if (numbers.current !== null) numbers.current.scrollTop = event.currentTarget.scrollTop
        }}
        spellCheck={false}
        autoCapitalize="off"
        autoComplete="off"
        wrap="off"
        className="min-h-full w-full flex-1 resize-none overflow-auto bg-transparent px-3 py-2.5 whitespace-pre outline-none"
      />
    </div>
  )
}

/** Puts the cursor at the beginning of a line and shows it. */
export function goToLine(area: HTMLTextAreaElement | null, line: number): void {
  if (area === null) return
  const before = area.value.split('\n').slice(0, line - 1)
  const at = before.reduce((sum, each) => sum + each.length + 1, 0)
  area.focus()
  area.setSelectionRange(at, at + (area.value.split('\n')[line - 1]?.length ?? 0))
  area.scrollTop = Math.max(0, (line - 6) * 20)
}
