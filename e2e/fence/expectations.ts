/**
 * Who may call what, written out by hand and on purpose not taken from core: whoever changes the table there must change it here
 * too, and see what he does. An operation that is not here fails the fence.
 */
export interface Expectation {
  /**
   * `organization`: the path names one. `installation`: operators alone. `creator`: operators, unless the installation says otherwise.
   * `self`: any management key or person. `person`: whoever is signed in. `open`: anybody. `verifier`: verifier keys alone.
   */
  where: 'organization' | 'installation' | 'creator' | 'self' | 'person' | 'open' | 'verifier'
  may: string
  /** Capabilities of a management key, separated by a space. */
  needs?: string
  /** People need a fresh proof of a second factor. */
  proof?: true
}

const EVERYBODY = 'operator owner administrator supervisor auditor member'
const ADMINISTRATORS = 'operator owner administrator'
const READERS = 'operator owner administrator auditor'
const OPERATOR = 'operator'

export const EXPECTATIONS: Record<string, Expectation> = {
  'me.get': { where: 'self', may: EVERYBODY },
  'secrets.identify': { where: 'self', may: EVERYBODY },
  verify: { where: 'verifier', may: '' },

  'verifier-keys.list': { where: 'installation', may: OPERATOR },
  'verifier-keys.issue': { where: 'installation', may: OPERATOR, needs: 'credentials:manage' },
  'verifier-keys.remove': { where: 'installation', may: OPERATOR, needs: 'credentials:manage' },
  'management-keys.list': { where: 'installation', may: OPERATOR },
  'management-keys.issue': { where: 'installation', may: OPERATOR, needs: 'credentials:manage' },
  'management-keys.remove': { where: 'installation', may: OPERATOR, needs: 'credentials:manage' },
  'organizations.list': { where: 'installation', may: OPERATOR },
  'organizations.create': { where: 'creator', may: OPERATOR },
  'configuration.get': { where: 'installation', may: OPERATOR },
  'configuration.diff': { where: 'installation', may: OPERATOR },
  'configuration.apply': { where: 'installation', may: OPERATOR },
  'key-types.list': { where: 'installation', may: OPERATOR },
  'key-types.get': { where: 'installation', may: OPERATOR },
  'key-types.put': { where: 'installation', may: OPERATOR },
  'key-types.remove': { where: 'installation', may: OPERATOR },
  'apis.list': { where: 'installation', may: OPERATOR },
  'apis.get': { where: 'installation', may: OPERATOR },
  'apis.put': { where: 'installation', may: OPERATOR },
  'apis.remove': { where: 'installation', may: OPERATOR },
  'audit-events.list': { where: 'installation', may: OPERATOR },
  'audit-events.export': { where: 'installation', may: OPERATOR },

  'organizations.get': { where: 'organization', may: EVERYBODY },
  'organizations.update': { where: 'organization', may: ADMINISTRATORS },
  'organizations.remove': { where: 'organization', may: OPERATOR },
  'organization-management-keys.list': { where: 'organization', may: READERS },
  'organization-management-keys.issue': { where: 'organization', may: ADMINISTRATORS, needs: 'credentials:manage' },
  'organization-management-keys.remove': { where: 'organization', may: ADMINISTRATORS, needs: 'credentials:manage' },
  'address-lists.get': { where: 'organization', may: EVERYBODY },
  'address-lists.put': { where: 'organization', may: ADMINISTRATORS },
  'organization-audit-events.list': { where: 'organization', may: READERS },
  'organization-audit-events.export': { where: 'organization', may: READERS },
  'key-types.offers': { where: 'organization', may: EVERYBODY },
  'keys.list': { where: 'organization', may: EVERYBODY },
  'keys.issue': { where: 'organization', may: ADMINISTRATORS },
  'keys.get': { where: 'organization', may: EVERYBODY },
  'keys.update': { where: 'organization', may: ADMINISTRATORS },
  'keys.remove': { where: 'organization', may: ADMINISTRATORS },
  'keys.activate': { where: 'organization', may: ADMINISTRATORS },
  'keys.deactivate': { where: 'organization', may: ADMINISTRATORS },
  'keys.replace': { where: 'organization', may: ADMINISTRATORS },
  'keys.finish-overlap': { where: 'organization', may: ADMINISTRATORS },
  'keys.reveal': { where: 'organization', may: ADMINISTRATORS, needs: 'keys:reveal', proof: true },
  'keys.check-address': { where: 'organization', may: EVERYBODY },
  'keys.usage': { where: 'organization', may: EVERYBODY },
  'keys.events': { where: 'organization', may: EVERYBODY },
  'keys.bulk': { where: 'organization', may: ADMINISTRATORS },
  'keys.import': { where: 'organization', may: OPERATOR },
  'organizations.suspend': { where: 'organization', may: OPERATOR },
  'organizations.restore': { where: 'organization', may: OPERATOR },
  'sessions.list': { where: 'organization', may: EVERYBODY },
  'sessions.end': { where: 'organization', may: ADMINISTRATORS },

  'installation-keys.bulk': { where: 'installation', may: OPERATOR },
  'key-types.preview-sunset': { where: 'installation', may: OPERATOR },
  'installation.health': { where: 'installation', may: OPERATOR },
  'members.list': { where: 'organization', may: EVERYBODY },
  'members.update': { where: 'organization', may: 'operator owner administrator supervisor' },
  'members.remove': { where: 'organization', may: 'operator owner administrator supervisor' },
  'invitations.list': { where: 'organization', may: 'operator owner administrator supervisor' },
  'invitations.create': { where: 'organization', may: 'operator owner administrator supervisor' },
  'invitations.resend': { where: 'organization', may: 'operator owner administrator supervisor' },
  'invitations.withdraw': { where: 'organization', may: 'operator owner administrator supervisor' },
  // Whoever makes an operator gives every right and every capability there is.
  'invitations.look-up': { where: 'open', may: '' },
  'invitations.accept': { where: 'person', may: '' },
  'me.person': { where: 'person', may: '' },
  'me.update': { where: 'person', may: '' },
  'me.sign-out': { where: 'person', may: '' },
  'me.change-password': { where: 'person', may: '' },
  'me.step-up': { where: 'person', may: '' },
  'me.second-factor.enroll': { where: 'person', may: '' },
  'me.second-factor.confirm': { where: 'person', may: '' },
  'me.second-factor.renew-backup-codes': { where: 'person', may: '' },
  'me.second-factor.remove': { where: 'person', may: '' },
  'me.sessions.list': { where: 'person', may: '' },
  'me.sessions.end': { where: 'person', may: '' },
  'me.invitations.list': { where: 'person', may: '' },
  'me.invitations.accept': { where: 'person', may: '' },
  'me.invitations.decline': { where: 'person', may: '' },
  'operators.list': { where: 'installation', may: OPERATOR },
  'operators.remove': { where: 'installation', may: OPERATOR, needs: 'credentials:manage keys:reveal' },
  'people.remove-second-factor': { where: 'installation', may: OPERATOR, needs: 'credentials:manage keys:reveal', proof: true },
  'operator-invitations.list': { where: 'installation', may: OPERATOR },
  'operator-invitations.create': { where: 'installation', may: OPERATOR, needs: 'credentials:manage keys:reveal' },
  'operator-invitations.resend': { where: 'installation', may: OPERATOR, needs: 'credentials:manage keys:reveal' },
  'operator-invitations.withdraw': { where: 'installation', may: OPERATOR, needs: 'credentials:manage keys:reveal' },
  'outbox.list': { where: 'installation', may: OPERATOR },
  'outbox.get': { where: 'installation', may: OPERATOR },
  'outbox.resend': { where: 'installation', may: OPERATOR },
  'verifiers.list': { where: 'installation', may: OPERATOR },
  'verifiers.forget': { where: 'installation', may: OPERATOR, needs: 'credentials:manage' },
  'signing-keys.list': { where: 'installation', may: OPERATOR },
  'signing-keys.rotate': { where: 'installation', may: OPERATOR, needs: 'credentials:manage' },
}

/** Whoever presents a credential. `stranger`: not a live management key. */
export interface Presenter {
  label: string
  secret: string | undefined
  kind: 'stranger' | 'verifier' | 'manager' | 'person'
  role?: string
  /** Slug; undefined: operators. */
  organization?: string
  capabilities?: readonly string[]
}

/** The status that a call of this operation must get. `proof`: refused until a second factor was proved. @param target slug of the organization in the path. `success`: the operation's own. */
export function expectedStatus(expectation: Expectation, presenter: Presenter, target: string): 401 | 403 | 404 | 'proof' | 'success' {
  if (expectation.where === 'verifier') return presenter.kind === 'verifier' ? 'success' : 401
  if (expectation.where === 'open') return 'success'
  if (presenter.kind !== 'manager' && presenter.kind !== 'person') return 401
  if (expectation.where === 'person') return presenter.kind === 'person' ? 'success' : 403
  if (expectation.where === 'self') return 'success'
  if ((expectation.where === 'installation' || expectation.where === 'creator') && presenter.role !== 'operator') return 403
  if (expectation.where === 'organization' && presenter.role !== 'operator' && presenter.organization !== target) return 404
  if (!expectation.may.split(' ').includes(presenter.role ?? '')) return 403
  if (presenter.kind === 'person') return expectation.proof ? 'proof' : 'success'
  return (expectation.needs?.split(' ') ?? []).every((needed) => presenter.capabilities?.includes(needed)) ? 'success' : 403
}
