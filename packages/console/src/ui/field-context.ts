import { createContext, useContext } from 'react'

export interface FieldState {
  id: string
  describedBy: string | undefined
  invalid: boolean
  required: boolean
  name: string | undefined
}

export const FieldContext = createContext<FieldState | null>(null)

/** What a control within a `Field` takes on. */
export function useFieldAttributes(): { id?: string; name?: string; 'aria-describedby'?: string; 'aria-invalid'?: true; 'aria-required'?: true } {
  const field = useContext(FieldContext)
  if (field === null) return {}
  return {
    id: field.id,
    ...(field.name === undefined ? {} : { name: field.name }),
    ...(field.describedBy === undefined ? {} : { 'aria-describedby': field.describedBy }),
    ...(field.invalid ? { 'aria-invalid': true as const } : {}),
    ...(field.required ? { 'aria-required': true as const } : {}),
  }
}
