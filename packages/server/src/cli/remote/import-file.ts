import { UsageError } from '../io.ts'

/** One key of a file: where it stands there, and its JSON on a single line. */
export interface FileLine {
  line: number
  text: string
}

/** NDJSON: lines are sent as they are, mistakes too. A JSON array: its members count as lines. Nothing of the text is repeated in a message. */
export function readLines(text: string): FileLine[] {
  const content = text.replace(/^\uFEFF/, '')
  if (content.trimStart().startsWith('[')) return readArray(content)
  const lines = content.split('\n').map((line, index) => ({ line: index + 1, text: line.trim() }))
  return lines.filter(({ text: line }) => line !== '')
}

function readArray(text: string): FileLine[] {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new UsageError('The file begins like a JSON array and is none. Write one JSON object on each line, or a whole array.')
  }
  return (value as unknown[]).map((member, index) => ({ line: index + 1, text: JSON.stringify(member) }))
}
