import { inspect } from 'node:util'
import type { Environment } from './env.ts'
import { mailFrom, type MailSettings } from './mail.ts'
import { parseMasterKey } from './master-key.ts'
import { type SingleSignOnSettings, singleSignOnFrom } from './single-sign-on.ts'

/** What must never be shown; prints as `[redacted]`. */
export class Secrets {
  /** Null: it lies in the data folder. */
  readonly masterKey: { bytes: Uint8Array; /** The variable or file it came from, for messages. */ source: string } | null

  /** What `master-key rotate` goes to; null: it makes one. */
  readonly nextMasterKey: Secrets['masterKey']

  /** Where mail is sent, password included; null: nowhere. */
  readonly mail: MailSettings | null

  /** Null: people sign in here alone. */
  readonly singleSignOn: SingleSignOnSettings | null

  constructor(
    masterKey: Secrets['masterKey'],
    nextMasterKey: Secrets['masterKey'] = null,
    mail: MailSettings | null = null,
    singleSignOn: SingleSignOnSettings | null = null,
  ) {
    this.masterKey = masterKey
    this.nextMasterKey = nextMasterKey
    this.mail = mail
    this.singleSignOn = singleSignOn
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
  return new Secrets(
    readMasterKey(environment, 'KEYWRIGHT_MASTER_KEY'),
    readMasterKey(environment, 'KEYWRIGHT_MASTER_KEY_NEXT'),
    mailFrom(environment),
    singleSignOnFrom(environment),
  )
}

function readMasterKey(environment: Environment, variable: string): Secrets['masterKey'] {
  const text = environment.values.get(variable)
  if (text === undefined) return null
  const file = environment.files.get(variable)
  const bytes = parseMasterKey(text)
  const name = file === undefined ? variable : `${variable}_FILE`
  if (!bytes) environment.problems.push({ path: name, code: 'invalid', message: `${name} must hold 32 bytes in base64 (44 characters).` })
  return bytes && { bytes, source: file ?? name }
}
