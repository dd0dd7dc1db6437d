import { AppError } from '@keywright/core/problem-code.ts'
import { foldEmail, personByEmail, personById, type StoredPerson, endSessionsOfPersonQuery } from '../../store/people.ts'
import { voidLinksQuery } from '../../store/sign-in.ts'
import { makeToken } from '../invitations/token.ts'
import { linkText } from '../notices/link-text.ts'
import { queuePrivateMessage } from '../notices/private-message.ts'
import { commit, type Unit } from '../unit.ts'
import { askSecondFactor } from './ask-second-factor.ts'
import { digestToken } from './database-adapter.ts'
import { RESET_LINK_MS, SIGN_IN_LINK_MS } from './durations.ts'
import type { SignInServices, Visitor } from './sign-in-services.ts'
import type { SignInOutcome } from './sign-in-with-password.ts'
import { startSessionInUnit } from './start-session.ts'
import { personalOf, personCaller, strangerCaller } from './visitor-caller.ts'

type LinkKind = 'sign-in-link' | 'password-reset'

const LINKS = {
  'sign-in-link': {
    lifeMs: SIGN_IN_LINK_MS,
    path: '/sign-in/link',
    subject: 'Sign in to Keywright',
    label: 'Sign in',
    sentence: 'With this link you sign in. It works once, for 15 minutes.',
  },
  'password-reset': {
    lifeMs: RESET_LINK_MS,
    path: '/reset-password',
    subject: 'Set a new password for Keywright',
    label: 'Set a new password',
    sentence: 'With this link you set a new password. It works once, for an hour; every session of yours ends then.',
  },
} as const

/**
 * Writes a link to whoever has this address. Whether anybody has is not told: the answer is the same, and so is what is done for it.
 * @throws AppError `too_many_attempts`.
 */
export async function requestLink(signIn: SignInServices, kind: LinkKind, email: string, visitor: Visitor): Promise<void> {
  const { services, identity, throttle } = signIn
  const folded = foldEmail(email)
  throttle.begin('mail', folded, visitor, services.clock.now())
  await commit(services, strangerCaller(visitor.requestId), async (unit) => {
    const found = await personByEmail(unit.transaction, unit.build, folded)
    const person = found?.emailVerified ? found : null
    const { token } = makeToken(services.random)
    const { lifeMs } = LINKS[kind]
    // For nobody a row that opens nothing: the same work, and gone as soon.
    const name = person === null ? `nobody:${digestToken(token)}` : nameOf(kind, token)
    await identity.within(unit.transaction).remember(name, person?.id ?? 'nobody', unit.now + lifeMs, unit.now)
    if (person === null) return
    const { id } = await queuePrivateMessage(
      services,
      unit,
      { kind, organizationId: null, recipient: person.email, content: textOf(signIn, kind, person, token), usableUntil: unit.now + lifeMs },
      signIn.mailConfigured,
    )
    unit.audit({
      organizationId: null,
      action: 'person.link_requested',
      subject: { kind: 'person', id: person.id },
      detail: { kind, message: id },
      personal: personalOf(visitor, { email: person.email, name: person.name }),
    })
  })
}

/** @throws AppError `link_unusable`, `too_many_attempts`. */
export async function signInWithLink(signIn: SignInServices, token: string, visitor: Visitor, before: string | null): Promise<SignInOutcome> {
  const { services } = signIn
  const person = await personOfLink(signIn, 'sign-in-link', token, visitor)
  return commit(services, personCaller(person, [], null, visitor.requestId), async (unit) => {
    await spendLink(signIn, unit, 'sign-in-link', token, person.id)
    const now = await personById(unit.transaction, unit.build, person.id)
    if (now?.secondFactor) return { kind: 'second-factor', question: await askSecondFactor(signIn, unit, person.id, 'link') }
    return { kind: 'signed-in', session: await startSessionInUnit(signIn, unit, { person, method: 'link', visitor, provenAt: null, before }) }
  })
}

/** Ends every session of the person and every other link. The second factor stays: a mailbox is one factor. */
export async function resetPassword(signIn: SignInServices, { token, password }: { token: string; password: string }, visitor: Visitor): Promise<void> {
  const { services, identity } = signIn
  const person = await personOfLink(signIn, 'password-reset', token, visitor)
  const hash = await identity.hashPassword(password)
  await commit(services, personCaller(person, [], null, visitor.requestId), async (unit) => {
    await spendLink(signIn, unit, 'password-reset', token, person.id)
    await identity.within(unit.transaction).putPassword(person.id, hash, unit.now)
    unit.defer(endSessionsOfPersonQuery(unit.build, person.id))
    unit.defer(voidLinksQuery(unit.build, person.id))
    unit.audit({
      organizationId: null,
      action: 'person.password_reset',
      subject: { kind: 'person', id: person.id },
      detail: {},
      personal: personalOf(visitor),
    })
  })
}

/** Looked at before anything slow, and again in the unit. */
async function personOfLink({ services, identity, throttle }: SignInServices, kind: LinkKind, token: string, visitor: Visitor): Promise<StoredPerson> {
  const { database, clock } = services
  const attempt = throttle.begin('link', '', visitor, clock.now())
  const personId = await identity.find(nameOf(kind, token), clock.now())
  const person = personId === null ? null : await personById(database.reader, database.build, personId)
  if (person === null) throw unusable()
  attempt.passed()
  return person
}

async function spendLink({ identity }: SignInServices, unit: Unit, kind: LinkKind, token: string, personId: string): Promise<void> {
  if ((await identity.within(unit.transaction).take(nameOf(kind, token), unit.now)) !== personId) throw unusable()
}

function nameOf(kind: LinkKind, token: string): string {
  return `${kind}:${digestToken(token)}`
}

function unusable(): AppError {
  return new AppError('link_unusable', 'This link was used, or is too old. Have another one sent to you.')
}

function textOf({ origin, supportContact }: SignInServices, kind: LinkKind, person: StoredPerson, token: string) {
  const { path, subject, label, sentence } = LINKS[kind]
  return linkText({
    subject,
    paragraphs: [`Hello ${person.name},`, sentence],
    link: { label, url: `${origin()}${path}#${token}` },
    foot: [
      'If you did not ask for this, somebody typed your address. Nothing has changed, and you can ignore this message.',
      ...(supportContact === null ? [] : [`For help: ${supportContact}`]),
    ],
  })
}
