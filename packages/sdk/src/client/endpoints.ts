import type { OperationId } from './contract.ts'

export interface Endpoint {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: string
}

const ORGANIZATION = '/v1/organizations/{org}'
const KEY = `${ORGANIZATION}/keys/{key}`

/** Where each operation lives: core's contract without its schemas, so that the client needs nothing at run time. A test compares the two. */
export const ENDPOINTS: Readonly<Record<OperationId, Endpoint>> = {
  'me.get': { method: 'GET', path: '/v1/me' },
  'secrets.identify': { method: 'POST', path: '/v1/secrets:identify' },
  verify: { method: 'POST', path: '/v1/verify' },

  'sign-in.options': { method: 'GET', path: '/v1/sign-in' },
  'sign-in.set-up': { method: 'POST', path: '/v1/sign-in:set-up' },
  'sign-in.password': { method: 'POST', path: '/v1/sign-in:password' },
  'sign-in.oidc': { method: 'POST', path: '/v1/sign-in:oidc' },
  'sign-in.register': { method: 'POST', path: '/v1/sign-in:register' },
  'me.person': { method: 'GET', path: '/v1/me/person' },
  'me.update': { method: 'PATCH', path: '/v1/me' },
  'me.sign-out': { method: 'POST', path: '/v1/me:sign-out' },
  'me.sessions.list': { method: 'GET', path: '/v1/me/sessions' },
  'me.sessions.end': { method: 'DELETE', path: '/v1/me/sessions/{session}' },

  'organizations.list': { method: 'GET', path: '/v1/organizations' },
  'organizations.create': { method: 'POST', path: '/v1/organizations' },
  'organizations.get': { method: 'GET', path: ORGANIZATION },
  'organizations.update': { method: 'PATCH', path: ORGANIZATION },
  'organizations.remove': { method: 'DELETE', path: ORGANIZATION },
  'organizations.suspend': { method: 'POST', path: `${ORGANIZATION}:suspend` },
  'organizations.restore': { method: 'POST', path: `${ORGANIZATION}:restore` },

  'configuration.get': { method: 'GET', path: '/v1/config' },
  'configuration.diff': { method: 'POST', path: '/v1/config:diff' },
  'configuration.apply': { method: 'POST', path: '/v1/config:apply' },
  'key-types.list': { method: 'GET', path: '/v1/key-types' },
  'key-types.get': { method: 'GET', path: '/v1/key-types/{type}' },
  'key-types.put': { method: 'PUT', path: '/v1/key-types/{type}' },
  'key-types.remove': { method: 'DELETE', path: '/v1/key-types/{type}' },
  'key-types.offers': { method: 'GET', path: `${ORGANIZATION}/key-types` },
  'key-types.preview-sunset': { method: 'POST', path: '/v1/key-types/{type}:preview-sunset' },
  'apis.list': { method: 'GET', path: '/v1/apis' },
  'apis.get': { method: 'GET', path: '/v1/apis/{api}' },
  'apis.put': { method: 'PUT', path: '/v1/apis/{api}' },
  'apis.remove': { method: 'DELETE', path: '/v1/apis/{api}' },
  'address-lists.get': { method: 'GET', path: `${ORGANIZATION}/address-lists/{type}` },
  'address-lists.put': { method: 'PUT', path: `${ORGANIZATION}/address-lists/{type}` },

  'keys.list': { method: 'GET', path: `${ORGANIZATION}/keys` },
  'keys.issue': { method: 'POST', path: `${ORGANIZATION}/keys` },
  'keys.get': { method: 'GET', path: KEY },
  'keys.update': { method: 'PATCH', path: KEY },
  'keys.remove': { method: 'DELETE', path: KEY },
  'keys.activate': { method: 'POST', path: `${KEY}:activate` },
  'keys.deactivate': { method: 'POST', path: `${KEY}:deactivate` },
  'keys.replace': { method: 'POST', path: `${KEY}:replace` },
  'keys.finish-overlap': { method: 'POST', path: `${KEY}:finish-overlap` },
  'keys.reveal': { method: 'POST', path: `${KEY}:reveal` },
  'keys.check-address': { method: 'POST', path: `${KEY}:check-address` },
  'keys.usage': { method: 'GET', path: `${KEY}/usage` },
  'keys.events': { method: 'GET', path: `${KEY}/events` },

  'sessions.list': { method: 'GET', path: `${KEY}/sessions` },
  'sessions.end': { method: 'DELETE', path: `${KEY}/sessions/{session}` },
  'verifiers.list': { method: 'GET', path: '/v1/verifiers' },
  'verifiers.forget': { method: 'DELETE', path: '/v1/verifiers/{verifier}' },
  'signing-keys.list': { method: 'GET', path: '/v1/signing-keys' },
  'signing-keys.rotate': { method: 'POST', path: '/v1/signing-keys:rotate' },
  'oauth.token': { method: 'POST', path: '/oauth2/token' },
  'oauth.jwks': { method: 'GET', path: '/.well-known/jwks.json' },
  introspect: { method: 'POST', path: '/v1/introspect' },
  revoke: { method: 'POST', path: '/v1/revoke' },

  'keys.bulk': { method: 'POST', path: `${ORGANIZATION}/keys:bulk` },
  'keys.import': { method: 'POST', path: `${ORGANIZATION}/keys:import` },
  'installation-keys.bulk': { method: 'POST', path: '/v1/keys:bulk' },

  'installation.health': { method: 'GET', path: '/v1/health' },

  'members.list': { method: 'GET', path: `${ORGANIZATION}/members` },
  'members.update': { method: 'PATCH', path: `${ORGANIZATION}/members/{member}` },
  'members.remove': { method: 'DELETE', path: `${ORGANIZATION}/members/{member}` },
  'invitations.list': { method: 'GET', path: `${ORGANIZATION}/invitations` },
  'invitations.create': { method: 'POST', path: `${ORGANIZATION}/invitations` },
  'invitations.resend': { method: 'POST', path: `${ORGANIZATION}/invitations/{invitation}:resend` },
  'invitations.withdraw': { method: 'DELETE', path: `${ORGANIZATION}/invitations/{invitation}` },
  'invitations.look-up': { method: 'POST', path: '/v1/invitations:look-up' },
  'invitations.accept': { method: 'POST', path: '/v1/invitations:accept' },
  'me.invitations.list': { method: 'GET', path: '/v1/me/invitations' },
  'me.invitations.accept': { method: 'POST', path: '/v1/me/invitations/{invitation}:accept' },
  'me.invitations.decline': { method: 'POST', path: '/v1/me/invitations/{invitation}:decline' },
  'operators.list': { method: 'GET', path: '/v1/operators' },
  'operators.remove': { method: 'DELETE', path: '/v1/operators/{member}' },
  'operator-invitations.list': { method: 'GET', path: '/v1/operator-invitations' },
  'operator-invitations.create': { method: 'POST', path: '/v1/operator-invitations' },
  'operator-invitations.resend': { method: 'POST', path: '/v1/operator-invitations/{invitation}:resend' },
  'operator-invitations.withdraw': { method: 'DELETE', path: '/v1/operator-invitations/{invitation}' },

  'outbox.list': { method: 'GET', path: '/v1/outbox' },
  'outbox.get': { method: 'GET', path: '/v1/outbox/{message}' },
  'outbox.resend': { method: 'POST', path: '/v1/outbox/{message}:resend' },

  'verifier-keys.list': { method: 'GET', path: '/v1/verifier-keys' },
  'verifier-keys.issue': { method: 'POST', path: '/v1/verifier-keys' },
  'verifier-keys.remove': { method: 'DELETE', path: '/v1/verifier-keys/{key}' },
  'management-keys.list': { method: 'GET', path: '/v1/management-keys' },
  'management-keys.issue': { method: 'POST', path: '/v1/management-keys' },
  'management-keys.remove': { method: 'DELETE', path: '/v1/management-keys/{key}' },
  'organization-management-keys.list': { method: 'GET', path: `${ORGANIZATION}/management-keys` },
  'organization-management-keys.issue': { method: 'POST', path: `${ORGANIZATION}/management-keys` },
  'organization-management-keys.remove': { method: 'DELETE', path: `${ORGANIZATION}/management-keys/{key}` },

  'audit-events.list': { method: 'GET', path: '/v1/audit-events' },
  'audit-events.export': { method: 'GET', path: '/v1/audit-events:export' },
  'organization-audit-events.list': { method: 'GET', path: `${ORGANIZATION}/audit-events` },
  'organization-audit-events.export': { method: 'GET', path: `${ORGANIZATION}/audit-events:export` },
}
