import type { FieldError } from '@keywright/core/problem-code.ts'

export interface FileError {
  /** From 1; null where it is not known. */
  line: number | null
  path: string
  message: string
}

/**
 * The server's mistakes in a file with their lines. Those of form say theirs (`line 12: ...`); those of sense name the thing by its slug
 * (`keyTypes[ucd].cap.max`), which is looked for in the text.
 */
export function fileErrors(errors: readonly FieldError[], text: string): FileError[] {
  return errors
    .map(({ path, message }) => {
      const said = /^line (\d+): /.exec(message)
      return said === null ? { line: lineOf(path, text), path, message } : { line: Number(said[1]), path, message: message.slice(said[0].length) }
    })
    .toSorted((one, other) => (one.line ?? 0) - (other.line ?? 0))
}

/** The line of a field that is named by a slug: the last of its names that is found within that thing. */
function lineOf(path: string, text: string): number | null {
  const match = /^(?:keyTypes|apis)\[([^\]]+)\](.*)$/.exec(path)
  if (match === null) return null
  const [, slug, rest] = match as unknown as [string, string, string]
  const lines = text.split('\n')
  const start = lines.findIndex((line) => slugIn(line) === slug)
  if (start < 0) return null
  const next = lines.findIndex((line, index) => index > start && slugIn(line) !== null)
  const end = next < 0 ? lines.length : next
  let found = start
  for (const name of rest.split(/[.[\]]+/).filter((part) => /^[a-zA-Z]\w*$/.test(part))) {
    const at = lines.findIndex((line, index) => index >= found && index < end && new RegExp(`(?:^|[\\s{,-])${name}:`).test(line))
    if (at < 0) break
    found = at
  }
  return found + 1
}

function slugIn(line: string): string | null {
  return /^\s*(?:-\s*(?:\{\s*)?)?slug:\s*["']?([a-z0-9-]+)/.exec(line)?.[1] ?? null
}
