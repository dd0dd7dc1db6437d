import { pause } from '../harness.ts'
import type { SmtpSink } from '../notices/smtp-sink.ts'

/** The newest link that was mailed to this address, with what comes after its `#`. Waits until there is one that is not among `seen`. */
export async function mailedLink(sink: SmtpSink, address: string, seen: readonly string[] = []): Promise<string> {
  for (let tries = 0; tries < 1500; tries++) {
    const found = linksTo(sink, address).findLast((link) => !seen.includes(link))
    if (found !== undefined) return found
    await pause(20)
  }
  throw new Error(`no link was mailed to ${address}; mails went to ${sink.mails.flatMap(({ to }) => to).join(', ') || 'nobody'}`)
}

/** Every link that was mailed to this address, oldest first. */
export function linksTo(sink: SmtpSink, address: string): string[] {
  return sink.mails.filter(({ to }) => to.includes(address)).flatMap(({ raw }) => linksIn(raw))
}

/** Links of the text part: what has a fragment. */
function linksIn(raw: string): string[] {
  const text = raw.replaceAll('=\r\n', '').replaceAll(/=([0-9A-F]{2})/g, (_whole, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return [...text.matchAll(/https?:\/\/[^\s"<>]+#[\w.~-]+/g)].map(([link]) => link)
}
