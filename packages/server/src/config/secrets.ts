import { inspect } from 'node:util'
import type { Environment } from './env.ts'
import { parseMasterKey } from './master-key.ts'

/** What must never be shown; prints as `[redacted]`. */
export class Secrets {
  /** Null: it lies in the data folder. */
  readonly masterKey: { bytes: Uint8Array; /** The variable or file it came from, for messages. */ source: string } | null

  constructor(masterKey: Secrets['masterKey']) {
    this.masterKey = masterKey
  }

  toJSON(): string {
    return '[redacted]'
  }

  [inspect.custom](): string {
    return '[redacted]'
  }
}

/** Parses the secret variables; problems go to `environment.problems`. */
export function secretsFrom(environment: Environment): Secrets {
  const text = environment.values.get('KEYWRIGHT_MASTER_KEY')
  if (text === undefined) return new Secrets(null)
  const file = environment.files.get('KEYWRIGHT_MASTER_KEY')
  const bytes = parseMasterKey(text)
  const name = file === undefined ? 'KEYWRIGHT_MASTER_KEY' : 'KEYWRIGHT_MASTER_KEY_FILE'
  if (!bytes) environment.problems.push({ path: name, code: 'invalid', message: `${name} must hold 32 bytes in base64 (44 characters).` })
  return new Secrets(bytes && { bytes, source: file ?? name })
}
