import { expect } from 'vitest'
import { pause } from '../harness.ts'
import type { SmtpSink, SunkMail } from '../notices/smtp-sink.ts'

/** The newest mail to an address, once `count` of them have come. */
export async function mailTo(sink: SmtpSink, address: string, count = 1): Promise<SunkMail> {
  for (let tries = 0; tries < 400; tries++) {
    const mails = sink.mails.filter((mail) => mail.to.includes(address))
    if (mails.length >= count) return mails.at(-1) as SunkMail
    await pause(25)
  }
  throw new Error(`no mail number ${count} came to ${address}; there are ${JSON.stringify(sink.mails.map((mail) => mail.to))}`)
}

/** Both parts of a mail, decoded. */
export function partsOf({ raw }: SunkMail): { text: string; html: string } {
  const part = (type: string) => {
    const from = raw.indexOf(`Content-Type: ${type}`)
    expect(from, `a part ${type}`).toBeGreaterThan(0)
    const [head = '', ...body] = raw.slice(from).split('\r\n\r\n')
    const content = body.join('\r\n\r\n').split('\r\n--')[0] ?? ''
    if (/base64/i.test(head)) return Buffer.from(content, 'base64').toString()
    if (!/quoted-printable/i.test(head)) return content
    const bytes = content.replaceAll('=\r\n', '').replaceAll(/=([0-9A-F]{2})/g, (_all, hex: string) => String.fromCharCode(parseInt(hex, 16)))
    return Buffer.from(bytes, 'latin1').toString()
  }
  return { text: part('text/plain'), html: part('text/html') }
}

/** The token that the link of a mail carries in its fragment. */
export function tokenIn(mail: SunkMail): string {
  const [, token] = /#([\w-]{20,})/.exec(partsOf(mail).text) ?? []
  if (token === undefined) throw new Error('the mail has no link')
  return token
}
