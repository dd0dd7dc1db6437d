import { createTransport } from 'nodemailer'
import { redactSecrets } from '@keywright/core/secret/redact.ts'
import type { MailSettings } from '../config/mail.ts'

export interface Mail {
  /** The same at every attempt, so that a mail program shows a message once that was taken twice. */
  id: string
  to: readonly string[]
  subject: string
  text: string
  html: string
}

/** Sends a mail. @throws Error whose message may be shown. */
export type SendMail = (mail: Mail) => Promise<void>

/** Connects anew for each mail: there are few, and a server that was restarted meanwhile is no matter. */
export function smtpMailer({ server, from }: MailSettings): SendMail {
  const { host, port, implicitTls, requireTls, user, password } = server
  const transport = createTransport({
    host,
    port,
    secure: implicitTls,
    requireTLS: requireTls && !implicitTls,
    ...(user === null ? {} : { auth: { user, pass: password ?? '' } }),
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: 20_000,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  return async ({ id, to, subject, text, html }) => {
    // What the mail server says may be shown; what stands behind it (addresses, the session) is left out on purpose.
    const failure = await transport
      .sendMail({
        from,
        to: to.map((address) => ({ name: '', address })),
        subject: oneLine(subject),
        text,
        html,
        messageId: `<${id}@${from.address.split('@')[1] ?? 'keywright'}>`,
        // RFC 3834: nobody's holiday reply comes back.
        headers: { 'Auto-Submitted': 'auto-generated' },
      })
      .then(
        () => null,
        (error: unknown) => describe(error, password),
      )
    if (failure !== null) throw new Error(failure)
  }
}

/** A line break in a header field begins another field. */
export function oneLine(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f\u0085\u2028\u2029]+/g, ' ').trim()
}

function describe(error: unknown, password: string | null): string {
  const { message = 'The mail server gave no reason.', code } = error as { message?: string; code?: string }
  const text = redactSecrets(oneLine(`${code === undefined ? '' : `${code}: `}${message}`)).slice(0, 300)
  return password === null || password === '' ? text : text.replaceAll(password, '[redacted]')
}
