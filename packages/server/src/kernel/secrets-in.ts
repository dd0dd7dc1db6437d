import type { FieldError } from '@keywright/core/problem-code.ts'
import { hasValidChecksum } from '@keywright/core/secret/format.ts'

const CANDIDATE = /[a-z0-9][a-z0-9_]{0,19}_[0-9A-Za-z]{36,128}(?![0-9A-Za-z])/g

/**
 * Secrets in a body that has no place for one: somebody pasted a key into a name, a label, a tag. The checksum tells a secret
 * from whatever else is long. Names of fields are looked at too; their mistakes stand with the thing that holds them.
 */
export function secretsIn(body: unknown): FieldError[] {
  const errors: FieldError[] = []
  const pending: [unknown, string][] = [[body, '']]
  for (let next = pending.pop(); next !== undefined && errors.length < 100; next = pending.pop()) {
    const [value, path] = next
    if (typeof value === 'string') {
      if (holdsSecret(value))
        errors.push({ path, code: 'secret', message: 'A secret stands here, where it would be stored and shown. Take it out, and replace it now.' })
    } else if (Array.isArray(value)) for (const [index, item] of value.entries()) pending.push([item, `${path}[${index}]`])
    else if (typeof value === 'object' && value !== null) {
      for (const [name, item] of Object.entries(value)) {
        if (holdsSecret(name)) errors.push({ path, code: 'secret', message: 'The name of a field is a secret. Take it out, and replace it now.' })
        else pending.push([item, path === '' ? name : `${path}.${name}`])
      }
    }
  }
  return errors
}

function holdsSecret(text: string): boolean {
  if (text.length < 38 || !text.includes('_')) return false
  // What stands before may look like a part of the prefix: every beginning is tried.
  return (text.match(CANDIDATE) ?? []).some((candidate) => {
    const end = candidate.lastIndexOf('_')
    for (let start = 0; start < end; start++) if (hasValidChecksum(candidate.slice(start))) return true
    return false
  })
}
