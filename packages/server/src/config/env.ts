import { readFileSync } from 'node:fs'
import { AppError, type FieldError } from '@keywright/core/problem-code.ts'

export interface Variable {
  name: string
  /** What it says, for people: one sentence. */
  sentence: string
  /** What holds when it is not set. */
  fallback?: string
  /** May also be given as the path of a file, in the variable named `..._FILE`. */
  secret?: boolean
  /** `server`: serve and host commands. `remote`: commands that speak HTTP. `tests`: the test runner's. `later`: refused, with the sentence. */
  use: 'server' | 'remote' | 'tests' | 'later'
}

const LATER = 'is not in this version'

/** Every variable there is; the reference page is generated from this. */
export const VARIABLES: readonly Variable[] = [
  { name: 'KEYWRIGHT_LISTEN', use: 'server', fallback: '127.0.0.1:4400', sentence: 'The address and port to listen on.' },
  { name: 'KEYWRIGHT_DATA', use: 'server', fallback: './data', sentence: 'The folder that holds the database, the master key and the journal of revocations.' },
  { name: 'KEYWRIGHT_PUBLIC_URL', use: 'server', sentence: 'The https URL under which people and programs reach this server.' },
  { name: 'KEYWRIGHT_TRUSTED_PROXIES', use: 'server', sentence: 'Addresses and networks, separated by commas, whose X-Forwarded-For is believed.' },
  {
    name: 'KEYWRIGHT_ALLOW_HTTP',
    use: 'server',
    fallback: 'false',
    sentence: '"true" allows plain HTTP beyond loopback, where every key can be read on the way.',
  },
  {
    name: 'KEYWRIGHT_MASTER_KEY',
    use: 'server',
    secret: true,
    sentence: 'The master key, 32 bytes in base64, instead of the file master.key in the data folder.',
  },
  {
    name: 'KEYWRIGHT_MASTER_KEY_NEXT',
    use: 'server',
    secret: true,
    sentence: 'For `master-key rotate` alone: the new master key, where the old one comes from the environment.',
  },
  {
    name: 'KEYWRIGHT_KEEP_USAGE_DAYS',
    use: 'server',
    fallback: '90',
    sentence: 'How many days accepted verifications are kept, by key and minute.',
  },
  {
    name: 'KEYWRIGHT_KEEP_REFUSALS_DAYS',
    use: 'server',
    fallback: '90',
    sentence: 'How many days refused verifications are kept, by key, reason, address and minute.',
  },
  {
    name: 'KEYWRIGHT_KEEP_PERSONAL_DAYS',
    use: 'server',
    fallback: '90',
    sentence: 'After how many days addresses, client names and other facts about people are erased from last uses and the audit trail.',
  },
  {
    name: 'KEYWRIGHT_KEEP_CHANGES_DAYS',
    use: 'server',
    fallback: '30',
    sentence: 'How many days the change log is kept, from which verifiers catch up; older ones start from a snapshot.',
  },
  {
    name: 'KEYWRIGHT_MAX_STALENESS_SECONDS',
    use: 'server',
    fallback: '3600',
    sentence: 'The longest time for which a verifier elsewhere may decide without hearing from the server; who asks for more is given this.',
  },
  {
    name: 'KEYWRIGHT_LOG_LEVEL',
    use: 'server',
    fallback: 'info',
    sentence: 'The least level that is logged: trace, debug, info, warn, error, fatal or silent.',
  },
  {
    name: 'KEYWRIGHT_SMTP_URL',
    use: 'server',
    secret: true,
    sentence: 'The mail server: smtp://user:password@host:587 (STARTTLS) or smtps://user:password@host. Without it messages are kept in the outbox.',
  },
  { name: 'KEYWRIGHT_MAIL_FROM', use: 'server', sentence: 'The sender of mail, such as "Example keys <keys@example.com>"; needed with KEYWRIGHT_SMTP_URL.' },
  { name: 'KEYWRIGHT_SUPPORT_CONTACT', use: 'server', sentence: 'Whom a refusal names for help: an e-mail address, a URL or a sentence.' },
  {
    name: 'KEYWRIGHT_INVITATION_DAYS',
    use: 'server',
    fallback: '7',
    sentence: 'For how many days the link of an invitation can be used, 1 to 90.',
  },
  {
    name: 'KEYWRIGHT_ORGANIZATION_CREATION',
    use: 'server',
    fallback: 'operators',
    sentence: 'Who creates organizations: "operators", or "people" for everybody who is signed in. A name that APIs believe goes to whoever takes it first.',
  },
  {
    name: 'KEYWRIGHT_OIDC_ISSUER',
    use: 'server',
    sentence:
      'The OpenID Connect provider for single sign-on, by its https URL. Register KEYWRIGHT_PUBLIC_URL/sign-in/oidc/callback there as the redirect URI.',
  },
  { name: 'KEYWRIGHT_OIDC_CLIENT_ID', use: 'server', sentence: 'What this Keywright is called at the provider.' },
  { name: 'KEYWRIGHT_OIDC_CLIENT_SECRET', use: 'server', secret: true, sentence: 'The secret that the provider gave with the client id.' },
  { name: 'KEYWRIGHT_OIDC_LABEL', use: 'server', sentence: 'What the button of single sign-on is called; without it, the host of the provider.' },
  { name: 'KEYWRIGHT_URL', use: 'remote', fallback: 'http://127.0.0.1:4400', sentence: 'The server that a command talks to.' },
  { name: 'KEYWRIGHT_KEY', use: 'remote', secret: true, sentence: 'The management key that a command presents.' },
  { name: 'KEYWRIGHT_SECRET', use: 'remote', sentence: 'The secret that `verify` and `identify` are about, where it does not come on standard input.' },
  { name: 'KEYWRIGHT_TEST_LONG', use: 'tests', sentence: 'Tests only: set by `npm run test:long`.' },
  { name: 'KEYWRIGHT_TEST_INSTALL', use: 'tests', sentence: 'Tests only: "no" keeps the test runner from installing what it needs.' },
  { name: 'KEYWRIGHT_DATABASE_URL', use: 'later', secret: true, sentence: `PostgreSQL as the store ${LATER}; data is kept in SQLite under KEYWRIGHT_DATA.` },
]

/** What the environment says; `problems` grows while values are parsed, so that all are told at once. */
export interface Environment {
  /** Values that are set; those of `..._FILE` under the name without `_FILE`. */
  values: ReadonlyMap<string, string>
  /** The file a secret came from, by the name without `_FILE`. */
  files: ReadonlyMap<string, string>
  problems: FieldError[]
}

/** Reads every `KEYWRIGHT_*` variable; nothing else is looked at. Does not throw: see `refuseProblems`. */
export function readEnvironment(variables: Readonly<Record<string, string | undefined>>): Environment {
  const values = new Map<string, string>()
  const files = new Map<string, string>()
  const problems: FieldError[] = []
  const problem = (path: string, code: string, message: string) => problems.push({ path, code, message })

  for (const [name, value] of Object.entries(variables)) {
    if (!name.startsWith('KEYWRIGHT_') || value === undefined) continue
    const plain = name.endsWith('_FILE') ? name.slice(0, -5) : name
    const variable = VARIABLES.find((candidate) => candidate.name === name || (candidate.secret && candidate.name === plain))
    if (!variable) {
      if (!isServiceLink(name, value)) problem(name, 'unknown', `${name} is unknown.${suggestion(name)}`)
    } else if (variable.use === 'later') {
      if (value !== '') problem(name, 'not_in_this_version', `${name}: ${variable.sentence}`)
    } else if (variable.name !== name) {
      if (variables[plain] !== undefined) problem(name, 'given_twice', `${plain} and ${name} are both set; set one of them.`)
      else readSecretFile(plain, value)
    } else if (variable.secret && value.trim() === '') problem(name, 'empty', `${name} is set but empty.`)
    // Compose files and charts set what they have no value for to nothing.
    else if (value !== '') values.set(name, value)
  }
  return { values, files, problems }

  function readSecretFile(plain: string, file: string): void {
    try {
      const content = readFileSync(file, 'utf8').replace(/\r?\n$/, '')
      if (content.trim() === '') return void problem(`${plain}_FILE`, 'empty', `${plain}_FILE: the file ${file} is empty.`)
      values.set(plain, content)
      files.set(plain, file)
    } catch (error) {
      problem(`${plain}_FILE`, 'unreadable', `${plain}_FILE: the file ${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'error'}).`)
    }
  }
}

/** @throws AppError `invalid_configuration` that tells all problems at once. */
export function refuseProblems(environment: Environment): void {
  const { problems } = environment
  if (problems.length === 0) return
  const sentences = problems.map((entry) => `- ${entry.message}`)
  throw new AppError('invalid_configuration', `The environment cannot be used.\n${sentences.join('\n')}`, { errors: problems })
}

/** Kubernetes gives every pod variables for each service; a service named `keywright...` makes ours. */
function isServiceLink(name: string, value: string): boolean {
  if (/_SERVICE_(?:HOST|PORT(?:_[A-Z0-9_]+)?)$/.test(name)) return true
  if (/_PORT_\d+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?$/.test(name)) return true
  // KEYWRIGHT_PORT=8080 is a person's mistake, KEYWRIGHT_PORT=tcp://10.0.0.1:4400 is Kubernetes.
  return name.endsWith('_PORT') && /^(?:tcp|udp|sctp):\/\//.test(value)
}

function suggestion(name: string): string {
  if (/^KEYWRIGHT_(?:HOST|PORT|ADDRESS|BIND)$/.test(name)) return ' Did you mean KEYWRIGHT_LISTEN?'
  const names = VARIABLES.filter((variable) => variable.use !== 'later').flatMap((variable) =>
    variable.secret ? [variable.name, `${variable.name}_FILE`] : [variable.name],
  )
  const nearest = names.map((candidate) => ({ candidate, distance: editDistance(name, candidate) })).sort((a, b) => a.distance - b.distance)[0]
  return nearest && nearest.distance <= 4 ? ` Did you mean ${nearest.candidate}?` : ''
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    for (let column = 1; column <= b.length; column++) {
      const substituted = (previous[column - 1] as number) + (a[row - 1] === b[column - 1] ? 0 : 1)
      current.push(Math.min(substituted, (previous[column] as number) + 1, (current[column - 1] as number) + 1))
    }
    previous = current
  }
  return previous[b.length] as number
}
