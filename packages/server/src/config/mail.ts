import { email } from '@keywright/core/contract/common.ts'
import { isLoopback } from './config.ts'
import type { Environment } from './env.ts'

export interface MailServer {
  host: string
  port: number
  /** TLS from the first byte; otherwise STARTTLS. */
  implicitTls: boolean
  /** Refuse to go on in the clear. */
  requireTls: boolean
  user: string | null
  password: string | null
}

export interface MailSettings {
  server: MailServer
  from: { name: string; address: string }
}

/** Parses the variables about mail; problems go to `environment.problems`. Null: none is to be sent. */
export function mailFrom(environment: Environment): MailSettings | null {
  const { values, files } = environment
  const problem = (name: string, message: string) => void environment.problems.push({ path: name, code: 'invalid', message: `${name} ${message}` })
  const url = values.get('KEYWRIGHT_SMTP_URL')
  const sender = values.get('KEYWRIGHT_MAIL_FROM')
  if (url === undefined) {
    if (sender !== undefined) problem('KEYWRIGHT_MAIL_FROM', 'is of no use without KEYWRIGHT_SMTP_URL, which says where mail is sent.')
    return null
  }
  const server = parseSmtpUrl(url.trim(), values.get('KEYWRIGHT_ALLOW_HTTP') === 'true')
  const from = sender === undefined ? null : parseSender(sender)
  // The value may hold a password: it is never repeated.
  if (!server)
    problem(
      files.has('KEYWRIGHT_SMTP_URL') ? 'KEYWRIGHT_SMTP_URL_FILE' : 'KEYWRIGHT_SMTP_URL',
      'must be smtp://user:password@host:587 or smtps://user:password@host, with special characters percent-encoded.',
    )
  if (!from) problem('KEYWRIGHT_MAIL_FROM', 'must be set with KEYWRIGHT_SMTP_URL, to an address such as keys@example.com or "Example keys <keys@example.com>".')
  return server && from && { server, from }
}

function parseSmtpUrl(text: string, allowClear: boolean): MailServer | null {
  const url = URL.parse(text)
  if (!url || (url.protocol !== 'smtp:' && url.protocol !== 'smtps:')) return null
  if (url.hostname === '' || !['', '/'].includes(url.pathname) || url.search !== '' || url.hash !== '') return null
  const implicitTls = url.protocol === 'smtps:'
  try {
    return {
      host: url.hostname.replace(/^\[|\]$/g, ''),
      port: url.port === '' ? (implicitTls ? 465 : 587) : Number(url.port),
      implicitTls,
      requireTls: !allowClear && !isLoopback(url.hostname),
      user: url.username === '' ? null : decodeURIComponent(url.username),
      password: url.password === '' ? null : decodeURIComponent(url.password),
    }
  } catch {
    return null
  }
}

function parseSender(text: string): MailSettings['from'] | null {
  const match = /^(?:([^<>"\u0000-\u001f\u007f]*)<([^<>]+)>|([^<>\s]+))$/.exec(text.trim())
  const address = match?.[2] ?? match?.[3]
  if (address === undefined || !email.safeParse(address).success) return null
  return { name: (match?.[1] ?? '').trim(), address }
}
