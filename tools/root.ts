import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

/** Absolute path of the checkout. */
export const ROOT = resolve(import.meta.dirname, '..')

/** Absolute path of the script behind a command of an installed package; run it with `process.execPath`. */
export function commandScript(packageName: string, command = packageName): string {
  const folder = join(ROOT, 'node_modules', packageName)
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { bin: Record<string, string> }
  const script = bin[command]
  if (script === undefined) throw new Error(`${packageName} has no command "${command}"`)
  return join(folder, script)
}
