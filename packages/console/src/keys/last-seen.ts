import { keysText } from '../text/keys.ts'
import { pastTime } from '../util/time.ts'
import { shortClient } from './client-name.ts'

/** `last used 3 minutes ago from 192.0.2.7, curl/8`; what is not known is left out. */
export function lastSeenSentence(seen: { at: string; address: string | null; client: string | null } | null, now: number): string {
  if (seen === null) return keysText.neverUsed
  const where = seen.address === null ? '' : ` from ${seen.address}`
  const who = seen.client === null || seen.client === '' ? '' : `, ${shortClient(seen.client)}`
  return `last used ${pastTime(Date.parse(seen.at), now)}${where}${who}`
}
