import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { DemoCall } from './systems.ts'

/** Runs a printed line as it is. @returns what is wrong with its answer; null when it is as said. */
export async function check({ command, status, contains }: DemoCall): Promise<string | null> {
  let output: string
  try {
    output = (await promisify(execFile)('/bin/sh', ['-c', command], { timeout: 20_000 })).stdout
  } catch (error) {
    return `it could not be run: ${(error as Error).message.split('\n').at(-1)}`
  }
  const answered = Number(/^HTTP\/\S+ (\d{3})/.exec(output)?.[1])
  const missing = contains.filter((text) => !output.includes(text))
  if (answered === status && missing.length === 0) return null
  return `expected ${status} with ${contains.join(', ')}; it was:\n${output}`
}
