import { useQueryClient } from '@tanstack/react-query'
import { KeywrightError } from '@keywright/sdk/client/keywright-error.ts'
import { useCallback, useEffect, useRef, useState } from 'react'
import { call, isKeywrightError, type CallOptions } from '../api/call.ts'
import type { Answer, Input, OperationId } from '../api/contract.ts'
import { noticeRefusal } from '../api/query-client.ts'
import { useStepUp } from './step-up.tsx'
import { text } from '../text/common.ts'
import { secretText } from '../text/secret.ts'

type SecretId = { [Id in OperationId]: Answer<Id> extends { secret: string } ? Id : never }[OperationId]

export interface SecretCommand<Id extends SecretId> {
  /** Answers null when it was refused (see `error`) or runs already: a double click is one call. */
  run: (input: Input<Id>, options?: CallOptions) => Promise<Answer<Id> | null>
  isPending: boolean
  error: KeywrightError | null
  reset: () => void
}

/**
 * Commands whose answer carries a secret. Nothing of it is kept here or in any cache: who calls holds it in the state of the component
 * that shows it. A repetition after a broken connection carries the same idempotency key, so that one thing is made; the server then
 * answers without the secret, which is an error `done_before` whose `extra` says what was made.
 */
export function useSecretCommand<Id extends SecretId>(id: Id): SecretCommand<Id> {
  const client = useQueryClient()
  const withStepUp = useStepUp()
  const attempt = useRef<{ input: string; key: string } | null>(null)
  const running = useRef(false)
  const gone = useRef(false)
  const [isPending, setPending] = useState(false)
  const [error, setError] = useState<KeywrightError | null>(null)
  useEffect(() => {
    gone.current = false
    return () => void (gone.current = true)
  }, [])

  const run = useCallback(
    async (input: Input<Id>, options: CallOptions = {}): Promise<Answer<Id> | null> => {
      if (running.current) return null
      running.current = true
      setPending(true)
      setError(null)
      const said = JSON.stringify(input)
      if (attempt.current?.input !== said) attempt.current = { input: said, key: crypto.randomUUID() }
      const { key } = attempt.current
      try {
        const answer = await withStepUp(() => call(id, input, { idempotencyKey: key, ...options }))
        attempt.current = null
        void client.invalidateQueries()
        if ((answer as { secret: string | null }).secret === null) throw doneBefore(answer)
        return answer
      } catch (reason) {
        noticeRefusal(reason)
        // Whether it was done is not known only where the answer got lost.
        if (!isKeywrightError(reason, 'unreachable', 'unreadable_answer', 'timed_out')) attempt.current = null
        if (!gone.current) setError(isKeywrightError(reason) ? reason : unexpected(reason))
        return null
      } finally {
        running.current = false
        if (!gone.current) setPending(false)
      }
    },
    [client, id, withStepUp],
  )
  const reset = useCallback(() => setError(null), [])
  return { run, isPending, error, reset }
}

function doneBefore(answer: unknown): KeywrightError {
  const { key, nextStep } = answer as { key?: unknown; nextStep?: { message?: string } }
  return new KeywrightError({ code: 'done_before', detail: `${secretText.doneBefore} ${nextStep?.message ?? ''}`.trim(), extra: { key, nextStep } })
}

function unexpected(reason: unknown): KeywrightError {
  if (reason instanceof Error) throw reason
  return new KeywrightError({ code: 'internal', detail: text.problems.title })
}
