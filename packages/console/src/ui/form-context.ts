import type { FieldError } from '@keywright/core/problem-code.ts'
import { createContext } from 'react'

export interface FormState {
  errors: readonly FieldError[]
  /** A field says that it exists; errors of fields that do not exist are shown above the form. */
  register: (name: string) => () => void
  fields: ReadonlySet<string>
}

export const FormContext = createContext<FormState | null>(null)

/** Errors that belong to this field: those whose path it is the longest registered beginning of. */
export function errorsOf(name: string, { errors, fields }: FormState): FieldError[] {
  return errors.filter(({ path }) => ownerOf(path, fields) === name)
}

export function ownerOf(path: string, fields: ReadonlySet<string>): string | null {
  const owners = [...fields].filter((field) => path === field || path.startsWith(`${field}.`) || path.startsWith(`${field}[`))
  return owners.toSorted((one, other) => other.length - one.length)[0] ?? null
}
