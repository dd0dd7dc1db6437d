import { OPERATIONS, type OperationId } from '@keywright/core/contract/operations.ts'
import type { SmtpSink } from '../notices/smtp-sink.ts'
import { Authenticator } from '../people/authenticator.ts'
import { mailTo, tokenIn } from '../people/mail.ts'
import { PASSWORD, Person } from '../people/person.ts'
import { CONFIGURATION, type World } from './world.ts'

/** Operations of OAuth, and those before there is a session, have tests of their own. */
export const FENCED = OPERATIONS.filter((operation) => operation.protocol !== 'oauth' && operation.tag !== 'Sign-in')
export type FencedId = Exclude<OperationId, 'oauth.token' | 'oauth.jwks' | 'introspect' | 'revoke' | `sign-in.${string}`>

/** A call that is right in everything but, perhaps, who makes it. */
export interface Prepared {
  path: string
  body?: unknown
  /** Another session of the same person, that the call uses up. */
  as?: Person
}

/** Somebody with a browser, for whom a call is prepared: what is about himself differs from person to person. */
export interface For {
  sink: SmtpSink
  person: Person
  /** False: refused anyway. */
  signedIn: boolean
}

type Prepare = (world: World, org: string, asker?: For) => Promise<Prepared>

const keys = (org: string) => `/v1/organizations/${org}/keys`

/** A command on a key that was issued for this call alone. */
const onKey =
  (suffix: string, body?: unknown, type?: string, before?: (world: World, path: string) => Promise<unknown>): Prepare =>
  async (world, org) => {
    const path = `${keys(org)}/${(await world.key(org, type)).id}`
    await before?.(world, path)
    return { path: `${path}${suffix}`, ...(body === undefined ? {} : { body }) }
  }

const fixed =
  (path: string | ((org: string) => string), body?: unknown): Prepare =>
  async (_world, org) => ({ path: typeof path === 'string' ? path : path(org), ...(body === undefined ? {} : { body }) })

const [plain] = CONFIGURATION.keyTypes
const [, vaults] = CONFIGURATION.apis

const NOBODYS = 'inv_00000000000000000000000000'

/** An invitation of the one who asks, to an organization of its own. @returns its id; some id where he is refused anyway. */
async function toAsker(world: World, asker: For | undefined): Promise<string> {
  if (!asker?.signedIn) return NOBODYS
  const slug = world.name().replace(' ', '-')
  await world.ask(201, 'POST', '/v1/organizations', { slug })
  const before = countOf(asker)
  const { id } = await world.ask(201, 'POST', `/v1/organizations/${slug}/invitations`, { email: asker.person.email, role: 'member' })
  await mailTo(asker.sink, asker.person.email, before + 1)
  return id
}

/** One that the call may use up. */
async function anotherSession(asker: For | undefined): Promise<{ as?: Person }> {
  return asker?.signedIn ? { as: await asker.person.anotherWindow() } : {}
}

/** Somebody new with an authenticator, for those who have one are asked for it at every sign-in from then on. */
async function withSecondFactor(world: World, asker: For | undefined, confirmed: boolean) {
  if (!asker?.signedIn) return { as: {}, code: '000000', backupCode: '00000-00000' }
  const email = world.address()
  await world.ask(201, 'POST', '/v1/organizations/globex/invitations', { email, role: 'member' })
  const person = await new Person(world.server, email).register(tokenIn(await mailTo(asker.sink, email)))
  const { otpauthUri, backupCodes } = await person.must(200, 'POST', '/v1/me/second-factor', { password: PASSWORD })
  const code = new Authenticator(otpauthUri).code(Date.parse(world.now))
  if (confirmed) await person.must(204, 'POST', '/v1/me/second-factor:confirm', { code })
  return { as: { as: person }, code, backupCode: backupCodes[0] as string }
}

const countOf = ({ sink, person }: For) => sink.mails.filter((mail) => mail.to.includes(person.email)).length

/** How each operation is called. Whatever a success uses up is made anew. */
export const PREPARE: Record<FencedId, Prepare> = {
  'me.get': fixed('/v1/me'),
  'secrets.identify': fixed('/v1/secrets:identify', { secret: 'pln_nothing' }),
  verify: fixed('/v1/verify', { secret: 'pln_nothing', api: 'orders' }),
  'verifier-keys.list': fixed('/v1/verifier-keys'),
  'verifier-keys.issue': async (world) => ({ path: '/v1/verifier-keys', body: { name: world.name(), apis: ['orders'] } }),
  'verifier-keys.remove': async (world) => ({ path: `/v1/verifier-keys/${(await world.verifier()).id}` }),
  'management-keys.list': fixed('/v1/management-keys'),
  'management-keys.issue': async (world) => ({ path: '/v1/management-keys', body: { name: world.name() } }),
  'management-keys.remove': async (world) => ({ path: `/v1/management-keys/${(await world.operatorKey()).id}` }),
  'organization-management-keys.list': fixed((org) => `/v1/organizations/${org}/management-keys`),
  'organization-management-keys.issue': async (world, org) => ({
    path: `/v1/organizations/${org}/management-keys`,
    body: { name: world.name(), role: 'member' },
  }),
  'organization-management-keys.remove': async (world, org) => ({
    path: `/v1/organizations/${org}/management-keys/${(await world.manager(org, 'member')).id}`,
  }),
  'organizations.list': fixed('/v1/organizations'),
  'organizations.create': async (world) => ({ path: '/v1/organizations', body: { slug: world.name().replace(' ', '-') } }),
  'organizations.get': fixed((org) => `/v1/organizations/${org}`),
  'organizations.update': async (world, org) => ({ path: `/v1/organizations/${org}`, body: { name: world.name() } }),
  'organizations.remove': fixed((org) => `/v1/organizations/${org}`),
  'configuration.get': fixed('/v1/config'),
  'configuration.diff': fixed('/v1/config:diff', { version: 1 }),
  'configuration.apply': fixed('/v1/config:apply', { version: 1 }),
  'key-types.list': fixed('/v1/key-types'),
  'key-types.get': fixed('/v1/key-types/plain'),
  'key-types.put': fixed('/v1/key-types/plain', plain),
  'key-types.remove': async (world) => {
    const slug = world.name().replace(' ', '-')
    await world.ask(200, 'PUT', `/v1/key-types/${slug}`, { slug, prefix: slug.replace('-', '') })
    return { path: `/v1/key-types/${slug}` }
  },
  'apis.list': fixed('/v1/apis'),
  'apis.get': fixed('/v1/apis/orders'),
  'apis.put': fixed('/v1/apis/vaults', vaults),
  'apis.remove': async (world) => {
    const slug = world.name().replace(' ', '-')
    await world.ask(200, 'PUT', `/v1/apis/${slug}`, { slug, accepts: ['plain'] })
    return { path: `/v1/apis/${slug}` }
  },
  'address-lists.get': fixed((org) => `/v1/organizations/${org}/address-lists/plain`),
  'address-lists.put': fixed((org) => `/v1/organizations/${org}/address-lists/plain`, { addresses: 'any' }),
  'audit-events.list': fixed('/v1/audit-events'),
  'audit-events.export': fixed('/v1/audit-events:export?format=csv'),
  'organization-audit-events.list': fixed((org) => `/v1/organizations/${org}/audit-events`),
  'organization-audit-events.export': fixed((org) => `/v1/organizations/${org}/audit-events:export?format=csv`),
  'key-types.offers': fixed((org) => `/v1/organizations/${org}/key-types`),
  'keys.list': fixed(keys),
  'keys.issue': fixed(keys, { type: 'plain', environment: 'live', addresses: 'any' }),
  'keys.get': onKey(''),
  'keys.update': onKey('', { name: 'another' }),
  'keys.remove': onKey(''),
  'keys.activate': onKey(':activate'),
  'keys.deactivate': onKey(':deactivate'),
  'keys.replace': onKey(':replace', { expectedVersion: 1 }),
  'keys.finish-overlap': onKey(':finish-overlap', undefined, 'vault', (world, path) =>
    world.ask(200, 'POST', `${path}:replace`, { expectedVersion: 1, overlapSeconds: 3600 }),
  ),
  'keys.reveal': onKey(':reveal', undefined, 'vault'),
  'keys.check-address': onKey(':check-address', { address: '192.0.2.1' }),
  'keys.usage': onKey('/usage'),
  'keys.events': onKey('/events'),
  'keys.import': fixed((org) => `${keys(org)}:import?dryRun=true`, []),
  'organizations.suspend': fixed((org) => `/v1/organizations/${org}:suspend`, { reason: 'unpaid' }),
  'organizations.restore': fixed((org) => `/v1/organizations/${org}:restore`, {}),
  'keys.bulk': fixed((org) => `${keys(org)}:bulk`, { command: 'deactivate', filter: { type: 'plain' } }),
  'installation-keys.bulk': fixed('/v1/keys:bulk', { command: 'deactivate', filter: { type: 'plain' } }),
  'key-types.preview-sunset': fixed('/v1/key-types/plain:preview-sunset', { deprecatedAt: '2027-01-01T00:00:00Z', retiredAt: '2027-06-01T00:00:00Z' }),
  'installation.health': fixed('/v1/health'),
  'members.list': fixed((org) => `/v1/organizations/${org}/members`),
  'members.update': async (world, org) => ({ path: `/v1/organizations/${org}/members/${world.member(org)}`, body: { role: 'supervisor' } }),
  'members.remove': async (world, org) => ({ path: `/v1/organizations/${org}/members/${world.member(org)}` }),
  'invitations.list': fixed((org) => `/v1/organizations/${org}/invitations`),
  'invitations.create': async (world, org) => ({ path: `/v1/organizations/${org}/invitations`, body: { email: world.address(), role: 'member' } }),
  'invitations.resend': async (world, org) => ({ path: `/v1/organizations/${org}/invitations/${await world.invitation(org)}:resend` }),
  'invitations.withdraw': async (world, org) => ({ path: `/v1/organizations/${org}/invitations/${await world.invitation(org)}` }),
  'me.person': fixed('/v1/me/person'),
  'me.update': fixed('/v1/me', { name: 'Another' }),
  'me.sign-out': async (_world, _org, asker) => ({ path: '/v1/me:sign-out', body: {}, ...(await anotherSession(asker)) }),
  // The same password again: the person's other sessions are of no use to anybody.
  'me.change-password': fixed('/v1/me:change-password', { currentPassword: PASSWORD, newPassword: PASSWORD }),
  'me.step-up': async (world, _org, asker) => {
    const { as, backupCode } = await withSecondFactor(world, asker, true)
    return { path: '/v1/me:step-up', body: { code: backupCode, kind: 'backup-code' }, ...as }
  },
  'me.second-factor.enroll': fixed('/v1/me/second-factor', { password: PASSWORD }),
  'me.second-factor.confirm': async (world, _org, asker) => {
    const { as, code } = await withSecondFactor(world, asker, false)
    return { path: '/v1/me/second-factor:confirm', body: { code }, ...as }
  },
  'me.second-factor.renew-backup-codes': async (world, _org, asker) => {
    const { as } = await withSecondFactor(world, asker, true)
    return { path: '/v1/me/second-factor:renew-backup-codes', body: { password: PASSWORD }, ...as }
  },
  'me.second-factor.remove': async (world, _org, asker) => {
    const { as, backupCode } = await withSecondFactor(world, asker, true)
    return { path: '/v1/me/second-factor:remove', body: { password: PASSWORD, code: backupCode }, ...as }
  },
  'me.sessions.list': fixed('/v1/me/sessions'),
  'me.sessions.end': async (_world, _org, asker) => {
    const { as } = await anotherSession(asker)
    return { path: `/v1/me/sessions/${as === undefined ? 'ses_00000000000000000000000000' : (await as.must(200, 'GET', '/v1/me/person')).session}` }
  },
  'me.invitations.list': fixed('/v1/me/invitations'),
  'me.invitations.accept': async (world, _org, asker) => ({ path: `/v1/me/invitations/${await toAsker(world, asker)}:accept`, body: {} }),
  'me.invitations.decline': async (world, _org, asker) => ({ path: `/v1/me/invitations/${await toAsker(world, asker)}:decline`, body: {} }),
  'invitations.look-up': async () => ({ path: '/v1/invitations:look-up', body: { token: 'x'.repeat(43) } }),
  'invitations.accept': async (world, _org, asker) => {
    const id = await toAsker(world, asker)
    const token = asker?.signedIn && id !== NOBODYS ? tokenIn(await mailTo(asker.sink, asker.person.email, countOf(asker))) : 'x'.repeat(43)
    return { path: '/v1/invitations:accept', body: { token } }
  },
  'operators.list': fixed('/v1/operators'),
  'operators.remove': async (world) => ({ path: `/v1/operators/${world.member('kw', 'operator')}` }),
  'people.remove-second-factor': async (world) => ({ path: '/v1/people:remove-second-factor', body: { person: world.personWithSecondFactor() } }),
  'operator-invitations.list': fixed('/v1/operator-invitations'),
  'operator-invitations.create': async (world) => ({ path: '/v1/operator-invitations', body: { email: world.address() } }),
  'operator-invitations.resend': async (world) => ({ path: `/v1/operator-invitations/${await world.invitation(null)}:resend` }),
  'operator-invitations.withdraw': async (world) => ({ path: `/v1/operator-invitations/${await world.invitation(null)}` }),
  'outbox.list': fixed('/v1/outbox'),
  'outbox.get': async (world) => ({ path: `/v1/outbox/${await world.message()}` }),
  'outbox.resend': async (world) => ({ path: `/v1/outbox/${await world.message()}:resend` }),
  'sessions.list': onKey('/sessions'),
  'sessions.end': async (world, org) => {
    const { key, session } = await world.session(org)
    return { path: `${keys(org)}/${key}/sessions/${session}` }
  },
  'verifiers.list': fixed('/v1/verifiers'),
  'verifiers.forget': async (world) => ({ path: `/v1/verifiers/${await world.silentVerifier()}` }),
  'signing-keys.list': fixed('/v1/signing-keys'),
  'signing-keys.rotate': fixed('/v1/signing-keys:rotate'),
}
