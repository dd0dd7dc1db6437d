import { createContext, useCallback, useContext, useMemo, useRef, useState, type ReactNode } from 'react'
import { StepUpDialog } from '../forms/step-up-dialog.tsx'
import { isKeywrightError } from '../api/call.ts'

/** Runs a command; when it needs a fresh second factor, asks for one and runs it again. */
export type WithStepUp = <Result>(command: () => Promise<Result>) => Promise<Result>

const StepUpContext = createContext<WithStepUp | null>(null)

interface Question {
  missing: boolean
  settle: (proved: boolean) => void
}

/**
 * `const withStepUp = useStepUp()`, then `await withStepUp(() => reveal.mutateAsync({ org, key }))`. Rejects with the error of the
 * command when the person gives up.
 */
export function useStepUp(): WithStepUp {
  const withStepUp = useContext(StepUpContext)
  if (withStepUp === null) throw new Error('useStepUp is for pages within the shell.')
  return withStepUp
}

export function StepUpProvider({ children }: { children: ReactNode }) {
  const [question, setQuestion] = useState<Question | null>(null)
  const asked = useRef<Question | null>(null)
  const ask = useCallback(async (missing: boolean): Promise<boolean> => {
    const { promise, resolve } = Promise.withResolvers<boolean>()
    asked.current?.settle(false)
    asked.current = {
      missing,
      settle: (proved) => {
        asked.current = null
        setQuestion(null)
        resolve(proved)
      },
    }
    setQuestion(asked.current)
    return await promise
  }, [])
  const withStepUp = useMemo<WithStepUp>(
    () => async (command) => {
      try {
        return await command()
      } catch (error) {
        if (!isKeywrightError(error, 'step_up_required', 'second_factor_missing')) throw error
        if (!(await ask(error.code === 'second_factor_missing'))) throw error
        return await command()
      }
    },
    [ask],
  )
  return (
    <StepUpContext value={withStepUp}>
      {children}
      {question !== null && <StepUpDialog missing={question.missing} onDone={() => question.settle(true)} onGiveUp={() => question.settle(false)} />}
    </StepUpContext>
  )
}
