import { oneLine } from '../../events/mailer.ts'

/**
 * A name that somebody chose, for a mail under our letterhead. Mail programs make links of what looks like an address, so a name like
 * `Log in at example.com` would lead people anywhere: then the other name stands there.
 */
export function safeName(name: string, instead: string): string {
  const line = oneLine(name)
  return line === '' || /:\/\/|[\p{L}\p{N}]\.\p{L}{2}|@/u.test(line) ? instead : line
}
