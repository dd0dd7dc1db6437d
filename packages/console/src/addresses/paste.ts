import { parseCidr } from '@keywright/core/network/cidr.ts'

/** One address or network of a rule, as the API writes it. */
export interface AddressEntry {
  cidr: string
  label: string | null
}

export interface PasteProblem {
  /** From 1. */
  line: number
  written: string
  /** One sentence, from core. */
  message: string
  /** What was probably meant: the network without its host bits. */
  corrected: string | null
}

export interface Pasted {
  entries: AddressEntry[]
  problems: PasteProblem[]
  /** Written twice, or in the list already. */
  duplicates: string[]
}

const LONGEST_LABEL = 100

/**
 * A list as people have it: one a line, or several with commas, semicolons or blanks between. What follows `#` on a line is the label of the
 * addresses on it. An empty line or a line with a comment alone is nothing.
 * @param present what the list has already.
 */
export function parsePasted(text: string, present: readonly AddressEntry[] = []): Pasted {
  const entries: AddressEntry[] = []
  const problems: PasteProblem[] = []
  const duplicates: string[] = []
  const known = new Set(present.map(({ cidr }) => cidr))
  for (const [index, whole] of text.split(/\r\n|\r|\n/).entries()) {
    const [before = '', ...after] = whole.split('#')
    const label = after.join('#').trim().slice(0, LONGEST_LABEL) || null
    for (const written of before.split(/[\s,;]+/).filter((part) => part !== '')) {
      const parsed = parseCidr(written)
      if (!parsed.ok) problems.push({ line: index + 1, written, message: parsed.error, corrected: correctedCidr(written) })
      else if (known.has(parsed.value.text)) duplicates.push(parsed.value.text)
      else {
        known.add(parsed.value.text)
        entries.push({ cidr: parsed.value.text, label })
      }
    }
  }
  return { entries, problems, duplicates }
}

/** `10.0.0.5/8` -> `10.0.0.0/8`: the network of an address with host bits; null where that is not what is wrong. */
export function correctedCidr(written: string): string | null {
  const parsed = parseCidr(written)
  if (parsed.ok) return null
  const proposed = /; write (\S+)\.$/.exec(parsed.error)?.[1]
  return proposed !== undefined && parseCidr(proposed).ok ? proposed : null
}

/** A rule as text that `parsePasted` reads back. */
export function printEntries(entries: readonly AddressEntry[]): string {
  return entries.map(({ cidr, label }) => (label === null ? cidr : `${cidr} # ${label}`)).join('\n')
}
