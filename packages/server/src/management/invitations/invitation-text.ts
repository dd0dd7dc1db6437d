import type { Role } from '@keywright/core/permissions.ts'
import { formatInstant } from '@keywright/core/time.ts'
import { linkText, type MessageText } from '../notices/link-text.ts'
import { safeName } from '../notices/safe-name.ts'

/** The mail of an invitation. @param facts organization: null: to be an operator; inviter: null: not a person. */
export function invitationText(facts: {
  organization: { name: string; slug: string } | null
  role: Role
  inviter: string | null
  expiresAt: number
  link: string
  supportContact: string | null
}): MessageText {
  const { organization, role, inviter, expiresAt, link, supportContact } = facts
  const name = organization === null ? '' : safeName(organization.name, organization.slug)
  const where = organization === null ? 'the operators of Keywright' : name
  const what = organization === null ? 'to be an operator of Keywright' : `to ${name} as ${role === 'member' ? 'a member' : `${article(role)} ${role}`}`
  const host = inviter === null ? '' : safeName(inviter, '')
  return linkText({
    subject: `Invitation to ${where}`,
    paragraphs: [
      `${host === '' ? 'You are invited' : `${host} invites you`} ${what}.`,
      'Accept with the button below: sign in with this e-mail address, or register if you have not yet.',
    ],
    link: { label: 'Accept the invitation', url: link },
    foot: [
      `The link works once, for this e-mail address, until ${readableInstant(expiresAt)}. A newer mail of the same invitation voids it.`,
      'If you did not expect this, do nothing: without you nothing happens.',
      ...(supportContact === null ? [] : [`For help: ${supportContact}`]),
    ],
  })
}

function article(role: Role): string {
  return /^[aeiou]/.test(role) ? 'an' : 'a'
}

/** `2026-10-15 00:00 UTC` */
function readableInstant(instant: number): string {
  return `${formatInstant(instant).slice(0, 16).replace('T', ' ')} UTC`
}
