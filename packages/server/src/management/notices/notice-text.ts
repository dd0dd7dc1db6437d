import { formatInstant } from '@keywright/core/time.ts'
import { redactSecrets } from '@keywright/core/secret/redact.ts'
import type { NoticedKey } from '../../store/notices.ts'
import { safeName } from './safe-name.ts'

/** How many keys a message lists; the others are counted. */
export const MOST_LISTED = 50

export interface NoticeFacts {
  organization: { slug: string; name: string }
  keys: readonly NoticedKey[]
  /** All of them, listed or not. */
  count: number
  now: number
  /** The only address that a message ever links to; null: none is configured. */
  publicUrl: string | null
  supportContact: string | null
}

export interface NoticeText {
  subject: string
  text: string
  html: string
}

export function sunsetText(facts: NoticeFacts, rule: { label: string; origin: string | null; retiredAt: number; successor: string | null }): NoticeText {
  const { count } = facts
  const which = `${countOf(count)} of the kind "${rule.label}"${rule.origin === null ? '' : ` made in "${rule.origin}"`}`
  const next =
    rule.successor === null
      ? 'There is no successor: ask for help if you still need them.'
      : `Issue keys of the type "${rule.successor}" instead, and change your programs to them before.`
  return compose(facts, {
    subject: `${countOf(count)} of ${nameOf(facts)}: retired ${remaining(rule.retiredAt, facts.now)}`,
    paragraphs: [
      `${which} of ${nameOf(facts)} ${count === 1 ? 'is' : 'are'} retired at ${readable(rule.retiredAt)}, ${remaining(rule.retiredAt, facts.now)}.`,
      'From that instant on every call with them is refused, and nobody can bring them back.',
      next,
    ],
    lineOf: keyLine,
  })
}

export function expiryText(facts: NoticeFacts): NoticeText {
  const { count, keys } = facts
  const first = keys[0]?.expires_at ?? facts.now
  return compose(facts, {
    subject: `${countOf(count)} of ${nameOf(facts)}: ${count === 1 ? 'expires' : 'the first expires'} ${remaining(first, facts.now)}`,
    paragraphs: [
      `${countOf(count)} of ${nameOf(facts)} ${count === 1 ? 'expires' : 'expire'} soon. At the instant named, calls with ${count === 1 ? 'it' : 'them'} are refused.`,
      'If they are still needed, change their expiry before where their kind allows it, or issue new ones.',
    ],
    lineOf: (key) => `${keyLine(key)}, expires ${readable(key.expires_at ?? facts.now)}`,
  })
}

function compose(
  facts: NoticeFacts,
  { subject, paragraphs, lineOf }: { subject: string; paragraphs: string[]; lineOf: (key: NoticedKey) => string },
): NoticeText {
  const { keys, count, publicUrl, supportContact, organization } = facts
  const listed = keys.slice(0, MOST_LISTED).map(lineOf)
  const rest = count > listed.length ? [`and ${count - listed.length} more`] : []
  const lines = [...listed, ...rest].map((line) => oneLine(redactSecrets(line)))
  const foot = [
    `The organization is "${organization.slug}".`,
    ...(supportContact === null ? [] : [`For help: ${supportContact}`]),
    'You get this message because your address is a contact of the organization, or you are an owner or administrator of it.',
  ]
  const before = paragraphs.map((paragraph) => oneLine(redactSecrets(paragraph)))
  const after = foot.map((paragraph) => oneLine(redactSecrets(paragraph)))
  const link = publicUrl === null ? [] : [publicUrl]
  return {
    subject: oneLine(redactSecrets(subject)).slice(0, 200),
    text: [...before, lines.map((line) => `- ${line}`).join('\n'), ...link, ...after].join('\n\n') + '\n',
    html: [
      ...before.map((paragraph) => `<p>${escapeHtml(paragraph)}</p>`),
      `<ul>${lines.map((line) => `<li>${escapeHtml(line)}</li>`).join('')}</ul>`,
      ...link.map((url) => `<p><a href="${escapeHtml(url)}">${escapeHtml(url)}</a></p>`),
      ...after.map((paragraph) => `<p>${escapeHtml(paragraph)}</p>`),
    ].join('\n'),
  }
}

/** Whoever names organizations and keys writes no links into our mails, which also go to addresses that never asked for them. */
function nameOf({ organization }: NoticeFacts): string {
  return safeName(organization.name, organization.slug)
}

function keyLine({ name, key_type: type, environment, hint }: NoticedKey): string {
  return `${name === '' ? 'without a name' : safeName(name, 'named like an address')} (${type}, ${environment}, ${hint})`
}

function countOf(count: number): string {
  return count === 1 ? '1 API key' : `${count} API keys`
}

/** Whole days, rounded up; under a day, hours. */
function remaining(endsAt: number, now: number): string {
  const hours = Math.max(1, Math.ceil((endsAt - now) / 3_600_000))
  if (hours <= 24) return hours === 24 ? 'in 1 day' : `in ${hours} ${hours === 1 ? 'hour' : 'hours'}`
  return `in ${Math.ceil(hours / 24)} days`
}

/** `2026-10-15 00:00:00 UTC` */
function readable(instant: number): string {
  return `${formatInstant(instant).slice(0, 19).replace('T', ' ')} UTC`
}

function oneLine(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f\u0085\u2028\u2029]+/g, ' ').trim()
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;')
}
