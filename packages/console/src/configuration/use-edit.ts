import { useState } from 'react'
import { useApply } from './use-apply.ts'

/**
 * One key type or API that is being edited. What others save meanwhile does not change what is typed here; saving is refused then, and
 * reloading shows theirs.
 * @param read reads what is stored now.
 */
export function useEdit<Stored extends object, Draft extends object>(
  stored: Stored,
  draftOf: (stored: Stored) => Draft,
  read: () => Promise<{ data: Stored | undefined }>,
) {
  const [base, setBase] = useState(stored)
  const { draft, change, changed, begin } = useDraft(draftOf(base))
  const adopt = async (): Promise<void> => {
    const { data } = await read()
    if (data === undefined) return
    setBase(data)
    begin(draftOf(data))
  }
  const save = useApply(() => void adopt())
  const reload = async (): Promise<void> => {
    await adopt()
    save.close()
  }
  return { base, draft, change, changed, save, reload: () => void reload() }
}

/** What a form holds, and whether it is still as it was in the beginning. */
export function useDraft<Draft extends object>(initial: Draft) {
  const [draft, setDraft] = useState(initial)
  return {
    draft,
    change: (part: Partial<Draft>): void => setDraft((before) => ({ ...before, ...part })),
    changed: JSON.stringify(draft) !== JSON.stringify(initial),
    begin: setDraft,
  }
}
