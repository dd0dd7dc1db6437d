import { parseCidr } from '@keywright/core/network/cidr.ts'
import { baseUrl } from '../client/base-url.ts'
import { KeywrightError } from '../client/keywright-error.ts'

export interface VerifierOptions {
  /** The Keywright server, e.g. `https://keys.example.com`. */
  url: string
  /** A verifier key (`kw_verify_...`) for the API. */
  verifierKey: string
  /** Slug of the API that this process is. */
  api: string
  /** What operators read in the list of verifiers, e.g. the name of the service. */
  name?: string
  /** For how long to decide without hearing from the server, in seconds; the server may allow less. Default 300. */
  stalenessSeconds?: number
  /** Past that: `refuse` (the default), or `serve` on by what is known, however old; the server lists such a verifier as unbounded. */
  onStale?: 'refuse' | 'serve'
  /**
   * What happens to keys with limits while there is no connection: `refuse` (the default) lets none of their calls through beyond what was lent, so
   * that no limit is ever exceeded; `by-process` lets each process count for itself, so that together they may let more through.
   */
  limitsWhileDisconnected?: 'refuse' | 'by-process'
  /** Proxies whose X-Forwarded-For is believed when a request of Node is verified: addresses and networks. Default: none. */
  trustedProxies?: readonly string[]
  /** Allows plain http beyond this machine, where the verifier key can be read on the way. */
  allowHttp?: boolean
  /** Certificate authorities of the server, in PEM, instead of the system's. */
  ca?: string | readonly string[]
  /** A file of its own for each process, from which a restart during an outage goes on within the bound. Left out: there is none. */
  snapshotFile?: string
  /** Whom a refusal names for help. */
  supportContact?: string
}

export type ReadOptions = Required<Omit<VerifierOptions, 'url' | 'ca' | 'snapshotFile' | 'supportContact' | 'allowHttp'>> & {
  url: URL
  ca: string | readonly string[] | undefined
  snapshotFile: string | null
  supportContact: string | null
}

const NAMES: readonly (keyof VerifierOptions)[] = [
  'url',
  'verifierKey',
  'api',
  'name',
  'stalenessSeconds',
  'onStale',
  'limitsWhileDisconnected',
  'trustedProxies',
  'allowHttp',
  'ca',
  'snapshotFile',
  'supportContact',
]

/** @throws KeywrightError `invalid_url`, `insecure_url`, `invalid_argument`; never repeats what may be a secret. */
export function readOptions(options: VerifierOptions): ReadOptions {
  if (typeof options !== 'object' || options === null) refuse('A verifier is made with { url, verifierKey, api }.')
  const unknown = Object.keys(options).find((name) => !(NAMES as readonly string[]).includes(name))
  if (unknown !== undefined) refuse(`There is no option "${unknown.slice(0, 60)}". There are: ${NAMES.join(', ')}.`)
  const {
    verifierKey,
    api,
    name = '',
    stalenessSeconds = 300,
    onStale = 'refuse',
    limitsWhileDisconnected = 'refuse',
    trustedProxies = [],
    snapshotFile = null,
    supportContact = null,
  } = options
  if (typeof verifierKey !== 'string' || !/^kw_verify_[0-9A-Za-z]{36,128}$/.test(verifierKey))
    refuse('"verifierKey" must be a verifier key (kw_verify_...). Issue one with "keywright verifier-keys issue".')
  if (typeof api !== 'string' || !/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(api)) refuse('"api" must be the slug of an API.')
  if (typeof name !== 'string' || name.length > 100 || /[\u0000-\u001f\u007f\u2028\u2029]/.test(name))
    refuse('"name" must be a text of at most 100 characters, none of them a control character.')
  if (!Number.isSafeInteger(stalenessSeconds) || stalenessSeconds < 1 || stalenessSeconds > 2_592_000)
    refuse('"stalenessSeconds" must be a whole number of seconds, from 1 to 2592000.')
  if (onStale !== 'refuse' && onStale !== 'serve') refuse('"onStale" must be "refuse" or "serve".')
  if (limitsWhileDisconnected !== 'refuse' && limitsWhileDisconnected !== 'by-process') refuse('"limitsWhileDisconnected" must be "refuse" or "by-process".')
  if (!Array.isArray(trustedProxies)) refuse('"trustedProxies" must be a list of addresses and networks.')
  for (const proxy of trustedProxies as readonly string[]) {
    const parsed = parseCidr(String(proxy))
    if (!parsed.ok) refuse(`"trustedProxies": ${parsed.error}`)
  }
  if (snapshotFile !== null && (typeof snapshotFile !== 'string' || snapshotFile === '')) refuse('"snapshotFile" must be the path of a file.')
  if (supportContact !== null && typeof supportContact !== 'string') refuse('"supportContact" must be a text.')
  // Node takes what is no certificate for none, and then complains of the server's.
  if (options.ca !== undefined && !isPem(options.ca)) refuse('"ca" must be one or more certificates in PEM (-----BEGIN CERTIFICATE-----).')
  // The text "false" of an environment variable would be taken for yes.
  if (options.allowHttp !== undefined && typeof options.allowHttp !== 'boolean') refuse('"allowHttp" must be true or false.')
  const url = new URL(`${baseUrl(options.url, options.allowHttp ?? false)}/v1/replica`)
  return { url, verifierKey, api, name, stalenessSeconds, onStale, limitsWhileDisconnected, trustedProxies, ca: options.ca, snapshotFile, supportContact }
}

function isPem(ca: unknown): boolean {
  const texts: unknown[] = Array.isArray(ca) ? ca : [ca]
  return texts.length > 0 && texts.every((text) => typeof text === 'string' && /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----/.test(text))
}

function refuse(detail: string): never {
  throw new KeywrightError({ code: 'invalid_argument', detail })
}
