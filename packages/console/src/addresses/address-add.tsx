import { ClipboardPaste, Plus } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { addressesText } from '../text/addresses.ts'
import { Button } from '../ui/button.tsx'
import { Field } from '../ui/field.tsx'
import { Input, Textarea } from '../ui/input.tsx'
import { type AddressEntry, parsePasted, type PasteProblem } from './paste.ts'

interface Props {
  entries: readonly AddressEntry[]
  onAdd: (entries: AddressEntry[]) => void
  ownAddress: string | null
}

/** One address at a time, one's own, or a whole list. What cannot be read stays in the field, with what was probably meant. */
export function AddressAdd({ entries, onAdd, ownAddress }: Props) {
  const [written, setWritten] = useState('')
  const [problem, setProblem] = useState<{ message: string; corrected: string | null } | null>(null)
  const [pasting, setPasting] = useState(false)
  const add = (text: string): void => {
    const pasted = parsePasted(text, entries)
    const wrong = pasted.problems[0]
    if (wrong !== undefined) return setProblem({ message: wrong.message, corrected: wrong.corrected })
    const duplicate = pasted.duplicates[0]
    if (pasted.entries.length === 0) return setProblem(duplicate === undefined ? null : { message: addressesText.present(duplicate), corrected: null })
    onAdd(pasted.entries)
    setWritten('')
    setProblem(null)
  }
  const mine = ownAddress !== null && !entries.some(({ cidr }) => cidr === ownAddress) ? ownAddress : null
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-end gap-2">
        <div className="min-w-0 flex-1 basis-64">
          <Field label={addressesText.addLabel} hint={problem === null ? addressesText.addHint : undefined} error={problem?.message}>
            <Input
              mono
              autoComplete="off"
              spellCheck={false}
              value={written}
              onValueChange={(value) => {
                setWritten(value)
                setProblem(null)
              }}
              onKeyDown={(event) => {
                // Enter adds the address; it does not send the form around it.
                if (event.key !== 'Enter') return
                event.preventDefault()
                add(written)
              }}
            />
          </Field>
        </div>
        <Button className="mb-[1.625rem]" icon={<Plus aria-hidden="true" className="size-4" />} onClick={() => add(written)}>
          {addressesText.add}
        </Button>
      </div>
      <div className="flex flex-wrap gap-2">
        {problem !== null && problem.corrected !== null && (
          <Button size="small" variant="primary" onClick={() => add(problem.corrected as string)}>
            {addressesText.take(problem.corrected)}
          </Button>
        )}
        {mine !== null && (
          <Button size="small" onClick={() => add(mine)}>
            {addressesText.addMine(mine)}
          </Button>
        )}
        {!pasting && (
          <Button size="small" icon={<ClipboardPaste aria-hidden="true" className="size-3.5" />} onClick={() => setPasting(true)}>
            {addressesText.paste}
          </Button>
        )}
      </div>
      {pasting && <Paste entries={entries} onAdd={onAdd} onClose={() => setPasting(false)} />}
    </div>
  )
}

function Paste({ entries, onAdd, onClose }: { entries: readonly AddressEntry[]; onAdd: (entries: AddressEntry[]) => void; onClose: () => void }) {
  const [written, setWritten] = useState('')
  const [problems, setProblems] = useState<readonly PasteProblem[]>([])
  const [done, setDone] = useState<string | null>(null)
  const field = useRef<HTMLTextAreaElement>(null)
  // Whoever opens it wants to paste.
  useEffect(() => field.current?.focus(), [])
  const readIn = (text: string): void => {
    const pasted = parsePasted(text, entries)
    if (pasted.entries.length > 0) onAdd(pasted.entries)
    // What was read is in the list now; only what was not stays to be mended.
    const left = pasted.problems.map((problem) => problem.written).join('\n')
    setWritten(left)
    setProblems(pasted.problems.map((problem, index) => ({ ...problem, line: index + 1 })))
    setDone(text.trim() === '' ? null : addressesText.pasted(pasted.entries.length, pasted.duplicates.length))
  }
  const corrected = problems.some((problem) => problem.corrected !== null)
  return (
    <div className="flex flex-col gap-3 rounded-lg border border-line bg-sunken p-3.5">
      <Field
        label={addressesText.pasteLabel}
        hint={addressesText.pasteHint}
        error={problems.length === 0 ? undefined : addressesText.pasteProblems(problems.length)}
      >
        <Textarea ref={field} mono rows={6} spellCheck={false} value={written} onValueChange={setWritten} />
      </Field>
      {problems.length > 0 && (
        <ul className="max-h-40 list-disc overflow-y-auto pl-5 text-xs text-danger-ink">
          {problems.map((problem) => (
            <li key={problem.line}>
              {addressesText.line(problem.line)}: {problem.message}
            </li>
          ))}
        </ul>
      )}
      <p aria-live="polite" className="text-xs text-ink-soft empty:hidden">
        {done}
      </p>
      <div className="flex flex-wrap gap-2">
        <Button size="small" variant="primary" onClick={() => readIn(written)}>
          {addressesText.pasteAdd}
        </Button>
        {corrected && (
          <Button size="small" onClick={() => readIn(problems.map((problem) => problem.corrected ?? problem.written).join('\n'))}>
            {addressesText.correctAll}
          </Button>
        )}
        <Button size="small" variant="ghost" onClick={onClose}>
          {addressesText.pasteClose}
        </Button>
      </div>
    </div>
  )
}
