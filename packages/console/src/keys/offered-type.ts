import type { KeyType } from '@keywright/core/configuration/key-type.ts'
import { readKeyType } from './read-key-type.ts'
import type { Offer } from '../api/contract.ts'

/** A key type as one organization has it: its definition, whether it may be generated now, and the APIs that accept it. */
export interface OfferedType {
  slug: string
  label: string
  description: string
  type: KeyType
  /** Why no key of it may be generated, whoever asks; null: one may. */
  reason: { code: string; message: string } | null
  environments: readonly string[]
  use: Offer['use']
  apis: Offer['apis']
}

const read = new WeakMap<object, OfferedType>()

/** An answer of the server is read once, however often the page is drawn. */
export function offeredType(offer: Offer): OfferedType {
  let known = read.get(offer)
  if (known === undefined) {
    const { type, label, description, reason, environments, use, policy, apis } = offer
    known = { slug: type, label, description, type: readKeyType(policy), reason, environments, use, apis }
    read.set(offer, known)
  }
  return known
}

export interface Section {
  /** Null where the types of a page name none. */
  title: string | null
  types: OfferedType[]
}

/** The types of a page in the sections they name, in the order of the configuration. */
export function sectionsOf(types: readonly OfferedType[]): Section[] {
  const sections: Section[] = []
  for (const each of types) {
    const title = each.type.presentation.section
    const section = sections.find((one) => one.title === title)
    if (section) section.types.push(each)
    else sections.push({ title, types: [each] })
  }
  return sections
}
