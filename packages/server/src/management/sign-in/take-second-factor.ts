import { RESERVED_ORGANIZATION_ID, makeId } from '@keywright/core/id.ts'
import { AppError } from '@keywright/core/problem-code.ts'
import { insertMessageQuery } from '../../store/outbox.ts'
import { endSessionsOfPersonQuery, personByEmail, personById, type StoredPerson } from '../../store/people.ts'
import { deleteSecondFactorQuery, markSecondFactorQuery } from '../../store/second-factors.ts'
import { requireReservedOrganization } from '../credentials/own-keys.ts'
import { requireCovered, roleNow } from '../members/require-grant.ts'
import { linkText, type MessageText } from '../notices/link-text.ts'
import { requireProof } from '../policy.ts'
import type { Caller } from '../services.ts'
import { commit } from '../unit.ts'
import type { SignInServices } from './sign-in-services.ts'

export interface TakenSecondFactor {
  person: StoredPerson
  /** Of the message that tells the person: `kept` where no mail server is set up. */
  notice: 'queued' | 'kept'
}

/**
 * Takes away the second factor of somebody who lost it: from then on the password, or a mailed link, signs that person in. Every session of
 * the person ends, and a message says who did it. It weakens an account, so an operator proves afresh who he is, and nobody does it to himself:
 * that is what the account's own page is for, which asks for password and code.
 * @param who id or e-mail address.
 * @throws AppError `not_found`, `forbidden`, `step_up_required`, `second_factor_missing` of the operator.
 */
export async function takeSecondFactor(signIn: SignInServices, caller: Caller, who: string): Promise<TakenSecondFactor> {
  const { services, mailConfigured } = signIn
  requireProof(caller, services.clock.now(), 'Taking away a second factor asks')
  return commit(services, caller, async (unit) => {
    const { transaction, build, now } = unit
    const role = await roleNow(unit, caller, RESERVED_ORGANIZATION_ID)
    if (role !== 'operator') throw new AppError('forbidden', 'Only an operator of this Keywright may do that.')
    // Whose account it is, is not asked: whoever weakens one could become that person, so it needs what handling an operator needs.
    requireCovered(caller, role, 'operator', 'change')
    const person = await (who.includes('@') ? personByEmail(transaction, build, who) : personById(transaction, build, who))
    if (person === null) throw new AppError('not_found', 'There is no such person.')
    if ([caller.actor.id, caller.actsFor].includes(person.id))
      throw new AppError(
        'forbidden',
        'You remove your own second factor in your account, with your password and a code. If you have none left, another operator does it.',
      )
    if (!person.secondFactor) throw new AppError('not_found', `${person.name} has no second factor.`)
    unit.defer(deleteSecondFactorQuery(build, person.id))
    unit.defer(markSecondFactorQuery(build, person.id, false, now))
    unit.defer(endSessionsOfPersonQuery(build, person.id))
    await requireReservedOrganization(unit)
    const message = makeId('message', now, services.random(10))
    const notice = mailConfigured ? 'queued' : 'kept'
    unit.defer(
      insertMessageQuery(build, {
        id: message,
        organizationId: RESERVED_ORGANIZATION_ID,
        kind: 'second-factor',
        status: notice,
        recipients: [person.email],
        ...textFor(signIn, person, caller),
        sealed: null,
        usableUntil: null,
        attempts: 0,
        nextAttemptAt: mailConfigured ? now : null,
        lastError: mailConfigured ? null : 'No mail server is set up.',
        createdAt: now,
        sentAt: null,
      }),
    )
    unit.audit({
      organizationId: null,
      action: 'person.second_factor_taken',
      subject: { kind: 'person', id: person.id },
      detail: { message },
      personal: { email: person.email, name: person.name },
    })
    return { person: { ...person, secondFactor: false }, notice }
  })
}

function textFor({ origin, supportContact }: SignInServices, person: StoredPerson, { actor }: Caller): MessageText {
  const whom = supportContact === null ? 'whoever runs this Keywright' : supportContact
  return linkText({
    subject: 'Your second factor for Keywright was removed',
    paragraphs: [
      `Hello ${person.name},`,
      `${actor.name ?? 'An operator'}, who operates this Keywright, removed the second factor of your account (${person.email}), and ended every session of yours.`,
      'Sign in again, and set up an authenticator anew in your account.',
    ],
    link: { label: 'Go to your account', url: `${origin()}/account` },
    foot: [`If you did not ask for that, somebody may try to get into your account: set a new password now, and tell ${whom}.`],
  })
}
