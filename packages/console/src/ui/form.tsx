import type { FieldError } from '@keywright/core/problem-code.ts'
import type { KeywrightError } from '@keywright/sdk/client/keywright-error.ts'
import { useCallback, useEffect, useMemo, useRef, useState, type ComponentProps, type ReactNode } from 'react'
import { Banner } from './banner.tsx'
import { FormContext, ownerOf } from './form-context.ts'
import { Problem } from './problem.tsx'
import { cx } from '../util/class-names.ts'

interface Props extends Omit<ComponentProps<'form'>, 'onSubmit'> {
  /** What the last attempt came to. Its field errors are shown at the fields of the same path, all others above the form. */
  error?: KeywrightError | null
  /** What the page itself finds wrong before it asks the server. */
  errors?: readonly FieldError[]
  onSubmit: () => void
  children: ReactNode
}

/**
 * A form that shows every problem of an answer at its field and moves the focus to the first. Values live in the page's state, so
 * nothing typed is lost.
 */
export function Form({ error = null, errors: own, onSubmit, children, className, ...rest }: Props) {
  const [fields, setFields] = useState<ReadonlySet<string>>(new Set())
  const element = useRef<HTMLFormElement>(null)
  const register = useCallback((name: string) => {
    setFields((before) => new Set(before).add(name))
    return () => setFields((before) => new Set([...before].filter((each) => each !== name)))
  }, [])
  const errors = useMemo(() => [...(own ?? []), ...(error?.errors ?? [])], [own, error])
  const state = useMemo(() => ({ errors, register, fields }), [errors, register, fields])
  const elsewhere = errors.filter(({ path }) => ownerOf(path, fields) === null)

  // To the first mistake, once for each refusal, be it the page's own or the server's later; never while one types.
  const refusal = errors.length === 0 ? '' : JSON.stringify(errors)
  const waiting = useRef(false)
  const shown = useRef('')
  useEffect(() => {
    if (waiting.current && refusal !== '' && shown.current !== refusal) focusFirst(element.current)
    shown.current = refusal
  })

  return (
    <form
      {...rest}
      ref={element}
      noValidate
      className={cx('flex flex-col gap-5', className)}
      onSubmit={(event) => {
        event.preventDefault()
        event.stopPropagation()
        waiting.current = true
        shown.current = ''
        onSubmit()
      }}
      onInput={() => {
        waiting.current = false
      }}
    >
      {error !== null && (error.errors.length === 0 || elsewhere.length > 0) && (
        <Problem error={error}>
          {elsewhere.length > 0 && (
            <ul className="list-disc pl-4">
              {elsewhere.map(({ path, message }) => (
                <li key={`${path} ${message}`}>
                  {path !== '' && <code className="mr-1 font-mono text-xs">{path}</code>}
                  {message}
                </li>
              ))}
            </ul>
          )}
        </Problem>
      )}
      {error === null && elsewhere.length > 0 && <Banner tone="danger">{elsewhere.map(({ message }) => message).join(' ')}</Banner>}
      <FormContext value={state}>{children}</FormContext>
    </form>
  )
}

function focusFirst(form: HTMLFormElement | null): void {
  form?.querySelector<HTMLElement>('[aria-invalid="true"], fieldset[data-invalid] input')?.focus()
}

/** The row of buttons that ends a form; the main one comes first in the reading order and stands right. */
export function FormActions({ children }: { children: ReactNode }) {
  return <div className="flex flex-row-reverse flex-wrap items-center justify-start gap-2 pt-1">{children}</div>
}
