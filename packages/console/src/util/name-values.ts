import { KeywrightError } from '@keywright/sdk/client/keywright-error.ts'

/**
 * Names the value where a problem is about one of a list that is typed into one field: `“a b”: Must be ...`.
 * @param lists what was sent, by the name of the field.
 */
export function nameValues(error: KeywrightError | null, lists: Readonly<Record<string, readonly string[]>>): KeywrightError | null {
  if (error === null || error.errors.length === 0) return error
  const errors = error.errors.map((each) => {
    const match = /^(\w+)\[(\d+)\]/.exec(each.path)
    const value = match === null ? undefined : lists[match[1] as string]?.[Number(match[2])]
    return value === undefined ? each : { ...each, message: `“${value}”: ${each.message}` }
  })
  const { code, message, status, requestId, support, extra } = error
  return new KeywrightError({ code, detail: message, status, errors, requestId, support, extra: { ...extra } })
}
