import type { FieldError } from '@keywright/core/problem-code.ts'
import type { Answer } from '../api/contract.ts'
import { organizationsText } from '../text/organizations.ts'
import { addressesIn, isEmail, wrongAddresses } from '../util/email.ts'

type Organization = Answer<'organizations.get'>

/** What is typed: lists as text, one a line. */
export interface OrganizationDraft {
  name: string
  slug: string
  aliases: string
  entitlements: readonly string[]
  environments: readonly string[]
  contacts: string
  /** Only where one is made. */
  owner: string
}

export function newDraft(environments: readonly string[]): OrganizationDraft {
  return { name: '', slug: '', aliases: '', entitlements: [], environments, contacts: '', owner: '' }
}

export function draftOf({ name, slug, aliases, entitlements, environments, contacts }: Organization): OrganizationDraft {
  return { name, slug, aliases: aliases.join('\n'), entitlements, environments, contacts: contacts.join('\n'), owner: '' }
}

export const aliasesIn = (text: string): string[] => [...new Set(text.split(/[\s,;]+/).filter((part) => part !== ''))]

/**
 * What this page can tell by itself; the server's rules decide the rest.
 * @param isNew then a blank name becomes the slug.
 */
export function mistakesOf(draft: OrganizationDraft, isNew: boolean): FieldError[] {
  const { form } = organizationsText
  const wrong = wrongAddresses(draft.contacts)
  return [
    ...(draft.name.trim() === '' && !isNew ? [{ path: 'name', code: 'required', message: form.nameMissing }] : []),
    ...(draft.slug.trim() === '' ? [{ path: 'slug', code: 'required', message: form.slugMissing }] : []),
    ...(draft.environments.length === 0 ? [{ path: 'environments', code: 'required', message: form.environmentsMissing }] : []),
    ...(wrong.length === 0 ? [] : [{ path: 'contacts', code: 'invalid', message: form.contactsWrong(wrong) }]),
    ...(draft.owner.trim() === '' || isEmail(draft.owner) ? [] : [{ path: 'owner', code: 'invalid', message: form.ownerWrong }]),
  ]
}

export function requestOf(draft: OrganizationDraft) {
  return {
    slug: draft.slug.trim(),
    ...(draft.name.trim() === '' ? {} : { name: draft.name.trim() }),
    aliases: aliasesIn(draft.aliases),
    entitlements: [...draft.entitlements],
    environments: [...draft.environments],
    contacts: addressesIn(draft.contacts),
  }
}

/** Only what differs: a change of the name alone must not undo what somebody did to the rest. */
export function changesOf(before: Organization, draft: OrganizationDraft): Partial<ReturnType<typeof requestOf>> {
  const wanted = requestOf(draft)
  const current: Record<string, unknown> = { ...before }
  return Object.fromEntries(Object.entries(wanted).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(current[name])))
}
