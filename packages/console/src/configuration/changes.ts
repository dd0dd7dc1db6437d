import { configurationText } from '../text/configuration.ts'

/** A value of the configuration as a person reads it: lists in one line, objects as the file writes them. */
export function printValue(value: unknown): string {
  const { values } = configurationText.impact
  if (value === null || value === undefined || value === '') return values.nothing
  if (value === true) return values.yes
  if (value === false) return values.no
  if (Array.isArray(value)) return value.length === 0 ? values.empty : value.map((each) => inline(each)).join(', ')
  return inline(value)
}

function inline(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inline).join(', ')}]`
  if (typeof value === 'object' && value !== null)
    return Object.entries(value)
      .map(([name, item]) => `${name}: ${inline(item)}`)
      .join(', ')
  return String(value)
}

/** What a list became: what is in both stays unsaid, so that one scope among eighty is seen. Null: not two lists, or of another order alone. */
export function listChange(from: unknown, to: unknown): { added: string[]; removed: string[] } | null {
  if (!Array.isArray(from) || !Array.isArray(to)) return null
  const before = from.map(inline)
  const after = to.map(inline)
  const added = after.filter((each) => !before.includes(each))
  const removed = before.filter((each) => !after.includes(each))
  return added.length + removed.length === 0 ? null : { added, removed }
}
