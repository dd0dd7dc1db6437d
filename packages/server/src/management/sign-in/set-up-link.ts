import { RESERVED_ORGANIZATION_ID, makeId } from '@keywright/core/id.ts'
import { AppError } from '@keywright/core/problem-code.ts'
import { countMembers, insertMemberQuery } from '../../store/members.ts'
import { insertPersonQuery, personByEmail, foldEmail } from '../../store/people.ts'
import type { ReadTransaction } from '../../store/database.ts'
import type { Build } from '../../store/precompile.ts'
import { deleteSettingQuery, getSetting, putSettingQuery } from '../../store/settings.ts'
import { requireReservedOrganization } from '../credentials/own-keys.ts'
import { digestOf, makeToken } from '../invitations/token.ts'
import type { Caller, Services } from '../services.ts'
import { commit } from '../unit.ts'
import { SET_UP_LINK_MS } from './durations.ts'
import type { SignInServices, Visitor } from './sign-in-services.ts'
import { type StartedSession, startSessionInUnit } from './start-session.ts'
import { personalOf, personCaller } from './visitor-caller.ts'

interface StoredLink {
  /** SHA-256, hex. */
  digest: string
  expiresAt: number
}

export type SetUpLink = { kind: 'made'; token: string; expiresAt: number } | { kind: 'open'; expiresAt: number } | { kind: 'not-needed' }

/** Whether nobody is an operator yet. */
export async function isSetUpNeeded(reader: ReadTransaction, build: Build): Promise<boolean> {
  return (await countMembers(reader, build, RESERVED_ORGANIZATION_ID, 'operator')) === 0
}

/**
 * The link that makes the first operator. It is told once: what is stored is its digest.
 * @param anew makes another although one is open; the one before is void.
 */
export async function obtainSetUpLink(services: Services, caller: Caller, anew = false): Promise<SetUpLink> {
  return commit(services, caller, async (unit) => {
    if (!(await isSetUpNeeded(unit.transaction, unit.build))) return { kind: 'not-needed' }
    const open = parse(await getSetting(unit.transaction, unit.build, 'setUpLink'))
    if (open !== null && open.expiresAt > unit.now && !anew) return { kind: 'open', expiresAt: open.expiresAt }
    const { token, digest } = makeToken(services.random)
    const expiresAt = unit.now + SET_UP_LINK_MS
    const stored: StoredLink = { digest: Buffer.from(digest).toString('hex'), expiresAt }
    unit.defer(putSettingQuery(unit.build, { name: 'setUpLink', value: JSON.stringify(stored) }))
    unit.audit({ organizationId: null, action: 'installation.set_up_link_made', subject: { kind: 'installation', id: 'installation' }, detail: { expiresAt } })
    return { kind: 'made', token, expiresAt }
  })
}

export interface SetUp {
  token: string
  email: string
  name: string
  password: string
}

/** Makes the first operator, signed in. The link dies with it, and with whoever else became an operator before. @throws AppError `link_unusable`. */
export async function setUp(signIn: SignInServices, { token, email, name, password }: SetUp, visitor: Visitor, before: string | null): Promise<StartedSession> {
  const { services, identity, throttle } = signIn
  const attempt = throttle.begin('set-up', '', visitor, services.clock.now())
  const { reader, build } = services.database
  // Before the slow hash, so that whoever knows no link keeps nobody busy; asked again inside.
  requireOpen(await getSetting(reader, build, 'setUpLink'), token, services.clock.now())
  attempt.passed()
  const hash = await identity.hashPassword(password)
  const person = { id: makeId('person', services.clock.now(), services.random(10)), email: foldEmail(email), name }
  return commit(services, personCaller(person, [], null, visitor.requestId), async (unit) => {
    requireOpen(await getSetting(unit.transaction, unit.build, 'setUpLink'), token, unit.now)
    if (!(await isSetUpNeeded(unit.transaction, unit.build))) throw unusable()
    if (await personByEmail(unit.transaction, unit.build, person.email))
      throw new AppError('invalid_request', 'Somebody has this address already. Use another one.', {
        errors: [{ path: 'body.email', code: 'taken', message: 'Somebody has this address already. Use another one.' }],
      })
    await requireReservedOrganization(unit)
    const times = { createdAt: unit.now, updatedAt: unit.now }
    await unit.transaction.run(insertPersonQuery(unit.build, { ...person, emailVerified: true, secondFactor: false, lastSeenAt: unit.now, ...times }))
    const member = makeId('member', unit.now, services.random(10))
    unit.defer(
      insertMemberQuery(unit.build, {
        id: member,
        organizationId: RESERVED_ORGANIZATION_ID,
        personId: person.id,
        role: 'operator',
        invitedBy: null,
        ...times,
      }),
    )
    unit.defer(deleteSettingQuery(unit.build, { name: 'setUpLink' }))
    await identity.within(unit.transaction).putPassword(person.id, hash, unit.now)
    unit.audit({
      organizationId: null,
      action: 'installation.set_up',
      subject: { kind: 'person', id: person.id },
      detail: { member },
      personal: personalOf(visitor, { email: person.email, name: person.name }),
    })
    return startSessionInUnit(signIn, unit, { person, method: 'set-up', visitor, provenAt: null, before })
  })
}

function requireOpen(setting: string | null, token: string, now: number): void {
  const open = parse(setting)
  if (open === null || open.expiresAt <= now || open.digest !== Buffer.from(digestOf(token)).toString('hex')) throw unusable()
}

function unusable(): AppError {
  return new AppError(
    'link_unusable',
    'This set-up link was used, replaced or is too old. Whoever runs the server makes a new one with "keywright bootstrap --set-up-link", as long as there is no operator.',
  )
}

function parse(setting: string | null): StoredLink | null {
  return setting === null ? null : (JSON.parse(setting) as StoredLink)
}
