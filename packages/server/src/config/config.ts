import { compileAddressSet, type AddressSet } from '@keywright/core/network/address-set.ts'
import { parseCidr } from '@keywright/core/network/cidr.ts'
import type { Environment } from './env.ts'

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/** What may be shown to anybody who may see the server's settings: no secret. */
export interface Config {
  listen: { host: string; /** 0: any free one. */ port: number }
  dataFolder: string
  /** Origin without a trailing slash; null: not set. */
  publicUrl: string | null
  /** Connections from here may say whom they speak for. */
  trustedProxies: AddressSet
  /** Plain HTTP beyond loopback was asked for. */
  allowHttp: boolean
  logLevel: LogLevel
  /** For how many days what is kept. */
  keepDays: { usage: number; refusals: number; personal: number; changes: number }
  /** The longest bound that a verifier elsewhere is given. */
  maxStalenessSeconds: number
  supportContact: string | null
  /** For how many days the link of an invitation can be used. */
  invitationDays: number
  /** `people`: whoever is signed in may create organizations. */
  organizationCreation: 'operators' | 'people'
}

/** Parses the server's variables; problems go to `environment.problems`, and then the result is of no use. */
export function configFrom(environment: Environment): Config {
  const { values } = environment
  const problem = (name: string, message: string) => environment.problems.push({ path: name, code: 'invalid', message: `${name} ${message}` })

  const listen = parseListen(values.get('KEYWRIGHT_LISTEN') ?? '127.0.0.1:4400')
  if (!listen) problem('KEYWRIGHT_LISTEN', 'must be host:port, such as 127.0.0.1:4400 or [::1]:4400.')

  const publicUrl = parseOrigin(values.get('KEYWRIGHT_PUBLIC_URL'))
  if (publicUrl === undefined) problem('KEYWRIGHT_PUBLIC_URL', 'must be an https URL of a host alone, such as https://keys.example.com.')

  const cidrs: string[] = []
  for (const text of (values.get('KEYWRIGHT_TRUSTED_PROXIES') ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')) {
    const parsed = parseCidr(text)
    if (parsed.ok) cidrs.push(parsed.value.text)
    else problem('KEYWRIGHT_TRUSTED_PROXIES', `is wrong: ${parsed.error}`)
  }

  const allowHttp = parseBoolean(values.get('KEYWRIGHT_ALLOW_HTTP') ?? 'false')
  if (allowHttp === null) problem('KEYWRIGHT_ALLOW_HTTP', 'must be "true" or "false".')

  const logLevel = LOG_LEVELS.find((level) => level === (values.get('KEYWRIGHT_LOG_LEVEL') ?? 'info'))
  if (!logLevel) problem('KEYWRIGHT_LOG_LEVEL', `must be one of ${LOG_LEVELS.join(', ')}.`)

  const days = (name: string, fallback: number): number => {
    const text = values.get(name)
    if (text === undefined) return fallback
    if (!/^[1-9]\d{0,4}$/.test(text)) problem(name, 'must be a whole number of days, from 1 to 99999.')
    return Number(text)
  }
  const keepDays = {
    usage: days('KEYWRIGHT_KEEP_USAGE_DAYS', 90),
    refusals: days('KEYWRIGHT_KEEP_REFUSALS_DAYS', 90),
    personal: days('KEYWRIGHT_KEEP_PERSONAL_DAYS', 90),
    changes: days('KEYWRIGHT_KEEP_CHANGES_DAYS', 30),
  }

  const invitationDays = days('KEYWRIGHT_INVITATION_DAYS', 7)
  if (invitationDays > 90) problem('KEYWRIGHT_INVITATION_DAYS', 'must be at most 90: a link that lies in a mailbox for longer is found by others.')

  const organizationCreation = (['operators', 'people'] as const).find((who) => who === (values.get('KEYWRIGHT_ORGANIZATION_CREATION') ?? 'operators'))
  if (!organizationCreation) problem('KEYWRIGHT_ORGANIZATION_CREATION', 'must be "operators" or "people".')

  const maxStaleness = values.get('KEYWRIGHT_MAX_STALENESS_SECONDS') ?? '3600'
  if (!/^[1-9]\d{0,6}$/.test(maxStaleness)) problem('KEYWRIGHT_MAX_STALENESS_SECONDS', 'must be a whole number of seconds, from 1 to 9999999.')

  if (listen && publicUrl !== undefined && allowHttp === false) refusePlainHttp(listen.host, publicUrl, problem)

  return {
    listen: listen ?? { host: '127.0.0.1', port: 4400 },
    dataFolder: values.get('KEYWRIGHT_DATA') ?? './data',
    publicUrl: publicUrl ?? null,
    trustedProxies: compileAddressSet(cidrs),
    allowHttp: allowHttp ?? false,
    logLevel: logLevel ?? 'info',
    keepDays,
    maxStalenessSeconds: Number(maxStaleness),
    supportContact: values.get('KEYWRIGHT_SUPPORT_CONTACT') ?? null,
    invitationDays,
    organizationCreation: organizationCreation ?? 'operators',
  }
}

/** A key that travels in the clear belongs to everybody on the way. */
function refusePlainHttp(host: string, publicUrl: string | null, problem: (name: string, message: string) => void): void {
  const how = 'or set KEYWRIGHT_ALLOW_HTTP=true if keys may be read on the way.'
  if (publicUrl?.startsWith('http:') && !isLoopback(new URL(publicUrl).hostname))
    problem('KEYWRIGHT_PUBLIC_URL', `must begin with https; put TLS in front of the server, ${how}`)
  else if (!isLoopback(host) && !publicUrl?.startsWith('https:')) {
    problem(
      'KEYWRIGHT_LISTEN',
      `names ${host}, which is reached from outside. Set KEYWRIGHT_PUBLIC_URL to the https URL under which a proxy with TLS serves it, ${how}`,
    )
  }
}

/** `127.0.0.1:4400`, `[::1]:4400`, `localhost:4400` -> host and port. */
export function parseListen(text: string): { host: string; port: number } | null {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9.-]+)):(\d{1,5})$/.exec(text)
  const host = match?.[1] ?? match?.[2]
  if (!match || !host || Number(match[3]) > 65_535) return null
  if (match[1] !== undefined && !parseCidr(host).ok) return null
  return { host, port: Number(match[3]) }
}

/** @returns undefined when it is none, null when nothing is set. */
function parseOrigin(text: string | undefined): string | null | undefined {
  if (text === undefined) return null
  const url = URL.parse(text)
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:')) return undefined
  if (url.username !== '' || url.password !== '' || url.pathname !== '/' || url.search !== '' || url.hash !== '') return undefined
  return url.origin
}

function parseBoolean(text: string): boolean | null {
  return text === 'true' ? true : text === 'false' ? false : null
}

const LOOPBACK = compileAddressSet(['127.0.0.0/8', '::1'])

export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '').toLowerCase()
  return bare === 'localhost' || bare.endsWith('.localhost') || LOOPBACK.hasText(bare)
}

/** Where people on this machine reach a server without a public URL; one that listens everywhere is at none of those addresses. */
export function localOrigin(host: string, port: number): string {
  const bare = host.replace(/^\[|\]$/g, '')
  if (bare === '0.0.0.0' || bare === '::') return `http://localhost:${port}`
  return `http://${bare.includes(':') ? `[${bare}]` : bare}:${port}`
}
