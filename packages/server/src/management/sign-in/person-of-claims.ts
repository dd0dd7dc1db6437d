import { makeId } from '@keywright/core/id.ts'
import { AppError } from '@keywright/core/problem-code.ts'
import { invitationsTo } from '../../store/invitations.ts'
import { foldEmail, insertPersonQuery, personByEmail, personById, type StoredPerson } from '../../store/people.ts'
import { email as emailSchema } from '@keywright/core/contract/common.ts'
import type { Services } from '../services.ts'
import type { Unit } from '../unit.ts'
import type { IdentityStore } from './identity.ts'
import type { SignOnClaims } from './single-sign-on.ts'

/** Why single sign-on lets somebody not in; the sign-in page has a sentence for each. */
export type SignOnRefusal = 'not-invited' | 'not-verified' | 'other-account' | 'expired' | 'not-you'

/**
 * Whom the provider's claims are about: whoever signed in as this subject before; or the person with this address, if the provider
 * has verified it; or somebody new, if an invitation waits for it. Nobody else comes in.
 * @throws AppError `sign_in_refused` with `refusal`.
 */
export async function personOfClaims(services: Services, unit: Unit, store: IdentityStore, claims: SignOnClaims): Promise<StoredPerson> {
  const { transaction, build, now } = unit
  const known = await store.personOfSubject(claims.subject)
  if (known !== null) return (await personById(transaction, build, known)) as StoredPerson
  // An address that the provider has not verified is whatever its user typed.
  if (claims.email === null || !claims.emailVerified || !emailSchema.safeParse(claims.email).success) throw refused('not-verified')
  const email = foldEmail(claims.email)
  const person = (await personByEmail(transaction, build, email)) ?? (await invited(services, unit, email, claims.name))
  if (!person.emailVerified) throw refused('not-verified')
  // Addresses are given to others when people leave; whoever had it then has another subject.
  if (await hasSubject(unit, person.id)) throw refused('other-account')
  await store.linkSubject(person.id, claims.subject, now)
  unit.audit({
    organizationId: null,
    action: 'person.single_sign_on_linked',
    subject: { kind: 'person', id: person.id },
    detail: {},
    personal: { email: person.email },
  })
  return person
}

async function invited(services: Services, unit: Unit, email: string, name: string | null): Promise<StoredPerson> {
  const { transaction, build, now } = unit
  if ((await invitationsTo(transaction, build, email, now)).length === 0) throw refused('not-invited')
  const person: StoredPerson = {
    id: makeId('person', now, services.random(10)),
    email,
    name: (name ?? '').replace(/\p{C}/gu, ' ').trim().slice(0, 100) || (email.split('@')[0] as string).slice(0, 100),
    emailVerified: true,
    secondFactor: false,
    createdAt: now,
    updatedAt: now,
    lastSeenAt: null,
  }
  unit.defer(insertPersonQuery(build, person))
  return person
}

async function hasSubject(unit: Unit, personId: string): Promise<boolean> {
  const query = unit.build.selectFrom('auth_accounts').select('id').where('person_id', '=', personId).where('provider', '=', 'oidc').limit(1)
  return (await unit.transaction.first(query.compile())) !== undefined
}

const SENTENCES: Record<SignOnRefusal, string> = {
  'not-invited': 'Nobody with your e-mail address was invited here. Ask whoever manages your organization for an invitation.',
  'not-verified': 'The provider has not verified your e-mail address, so it cannot tell who you are here. Ask whoever manages your account there.',
  expired: 'This took too long, or was begun in another browser. Begin again.',
  'not-you': 'The provider signed in somebody else than you are here. Choose your own account there.',
  'other-account': 'Another account of the provider belongs to the person with your e-mail address. Ask an operator.',
}

export function refused(refusal: SignOnRefusal): AppError {
  return new AppError('sign_in_refused', SENTENCES[refusal], { extra: { refusal } })
}
