import type { KeywrightError } from '@keywright/sdk/client/keywright-error.ts'
import { useState } from 'react'
import { useQueryClient } from '@tanstack/react-query'
import { call, isKeywrightError, type CallOptions } from '../api/call.ts'
import { noticeRefusal } from '../api/query-client.ts'
import { configurationText } from '../text/configuration.ts'
import { toast } from '../ui/toast.tsx'
import type { Changes } from './impact-dialog.tsx'

/** What is to be saved: a file's text, or one type or API in the form of the file. */
export type Wanted = { text: string } | { keyType: Record<string, unknown> } | { api: Record<string, unknown> }

const YAML = 'application/yaml'

/**
 * First the impact, then the change, by the tag that was seen when the editing began: `foresee(wanted)` fills `changes`, `apply(tag)`
 * does it. Whatever is refused stands in `error` and changes nothing.
 */
export function useApply(onApplied: () => void) {
  const client = useQueryClient()
  const [wanted, setWanted] = useState<Wanted | null>(null)
  const [changes, setChanges] = useState<Changes | null>(null)
  const [error, setError] = useState<KeywrightError | null>(null)
  const [isPending, setPending] = useState(false)

  const run = async (work: () => Promise<void>): Promise<void> => {
    if (isPending) return
    setPending(true)
    setError(null)
    try {
      await work()
    } catch (reason) {
      if (!isKeywrightError(reason)) throw reason
      noticeRefusal(reason)
      setError(reason)
      // Somebody was quicker: the page behind shows what is stored now.
      if (reason.code === 'precondition_failed') void client.invalidateQueries()
    } finally {
      setPending(false)
    }
  }
  const foresee = (next: Wanted): Promise<void> =>
    run(async () => {
      const answer = await diff(next)
      setWanted(next)
      setChanges(answer)
    })
  /** @param ifMatch of the type, the API, or for a text of the whole configuration. */
  const apply = (ifMatch: string | null): Promise<void> =>
    run(async () => {
      if (wanted === null) return
      const summary = await change(wanted, { ifMatch, confirm: true })
      setChanges(null)
      toast(configurationText.impact.applied(summary))
      await client.invalidateQueries()
      onApplied()
    })
  const close = (): void => {
    setChanges(null)
    setError(null)
  }
  return { foresee, apply, close, changes, error, isPending }
}

async function diff(wanted: Wanted): Promise<Changes> {
  if ('text' in wanted) return (await call('configuration.diff', {} as never, { file: { text: wanted.text, type: YAML } })).changes
  const file = { version: 1, ...('keyType' in wanted ? { keyTypes: [wanted.keyType] } : { apis: [wanted.api] }) }
  return (await call('configuration.diff', file as never)).changes
}

async function change(wanted: Wanted, options: CallOptions): Promise<string | undefined> {
  if ('text' in wanted) return (await call('configuration.apply', {} as never, { ...options, file: { text: wanted.text, type: YAML } })).propagation?.summary
  if ('keyType' in wanted) {
    const { slug } = wanted.keyType as { slug: string }
    return (await call('key-types.put', { ...wanted.keyType, type: slug } as never, options)).propagation?.summary
  }
  const { slug } = wanted.api as { slug: string }
  return (await call('apis.put', { ...wanted.api, api: slug } as never, options)).propagation?.summary
}
