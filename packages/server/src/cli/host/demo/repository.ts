import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { UsageError } from '../../io.ts'

const ROOT = resolve(import.meta.dirname, '../../../../../..')
/** This very program, to be started once more as the server. */
export const MAIN = resolve(import.meta.dirname, '../../../main.ts')

export function presetText(name: string): string {
  return readFileSync(join(ROOT, 'presets', `${name}.yaml`), 'utf8')
}

export function sampleFile(name: string): string {
  return join(ROOT, 'examples', name, 'main.ts')
}

/** The demo runs what lies beside the packages. @throws UsageError where it does not. */
export function requireRepository(): void {
  if (existsSync(join(ROOT, 'presets', 'insites.yaml')) && existsSync(sampleFile('crm'))) return
  throw new UsageError('The demo needs the repository: the folders "presets" and "examples" are not here. See the README.')
}

/** The sunset of the preset lies in the past; here it is to be seen. @returns the preset with another instant of it. */
export function withSunset(text: string, deprecatedAt: Date, retiredAt: Date): string {
  const shifted = text.replace(/(deprecatedAt: )\S+/, `$1${deprecatedAt.toISOString()}`).replace(/(retiredAt: )\S+/, `$1${retiredAt.toISOString()}`)
  if (!shifted.includes(retiredAt.toISOString())) throw new Error('The preset has no sunset to shift.')
  return shifted
}
