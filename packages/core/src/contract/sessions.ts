import { z } from 'zod'
import { slug } from '../configuration/fields.ts'
import { instantOut, listQuery, page } from './common.ts'
import type { Operation } from './operation.ts'

export const SESSION_STATUSES = ['live', 'expired', 'ended', 'superseded'] as const

export const session = z.object({
  id: z.string(),
  status: z
    .enum(SESSION_STATUSES)
    .describe('`ended`: alone. `superseded`: with every other session of its time, when the key was deactivated, replaced or removed.'),
  issuedAt: instantOut,
  expiresAt: instantOut,
  endedAt: instantOut.nullable().describe('When it was ended alone.'),
  secretVersion: z.int().describe('Version of the secret it was minted with.'),
  audience: z.string().nullable().describe('The one API it is for; null: every API that accepts the type.'),
  address: z.string().nullable(),
  client: z.string().nullable(),
})

export const signingKey = z.object({
  kid: z.string(),
  current: z.boolean().describe('It signs; all others only verify.'),
  createdAt: instantOut,
  retiredAt: instantOut.nullable(),
  acceptedUntil: instantOut.nullable().describe('When its last token has expired; null: it signs.'),
})

/** Parameters of forms are text; blank ones count as left out (RFC 6749 section 3.1). */
const parameter = z.string().max(10_000).optional()

export const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'
export const ACCESS_TOKEN_TYPE = 'urn:ietf:params:oauth:token-type:access_token'
/** RFC 8693 section 3 leaves types beyond its own to whoever issues them. */
export const API_KEY_TYPE = 'urn:keywright:params:oauth:token-type:api-key'

export const tokenRequest = z.strictObject({
  grant_type: z.string().max(200).describe(`\`${TOKEN_EXCHANGE}\``),
  subject_token: z.string().max(10_000).describe('The key.'),
  subject_token_type: z.string().max(200).describe(`\`${API_KEY_TYPE}\` or \`${ACCESS_TOKEN_TYPE}\``),
  requested_token_type: parameter.describe(`\`${ACCESS_TOKEN_TYPE}\` (the default) or \`urn:ietf:params:oauth:token-type:jwt\``),
  scope: parameter.describe('Fewer scopes than the key has, separated by spaces; left out: all of them.'),
  audience: parameter.describe('Slug of the one API the token is to be good for.'),
})

const tokenAnswer = z.object({
  access_token: z.string(),
  issued_token_type: z.literal(ACCESS_TOKEN_TYPE),
  token_type: z.literal('Bearer'),
  expires_in: z.int().describe('Seconds.'),
  scope: z.string(),
})

const jwks = z.object({
  keys: z.array(z.object({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: z.string(), kid: z.string(), use: z.literal('sig'), alg: z.literal('EdDSA') })),
})

const tokenParameter = { token: z.string().max(10_000), token_type_hint: parameter }

export const introspectRequest = z.strictObject({
  ...tokenParameter,
  api: slug.optional().describe('The API that asks; needed where the verifier key is for several.'),
  ip: z.string().max(100).optional().describe("The end client's address."),
})

const introspectAnswer = z.looseObject({
  active: z.boolean(),
  scope: z.string().optional(),
  client_id: z.string().optional().describe('Id of the key.'),
  sub: z.string().optional(),
  token_type: z.string().optional(),
  exp: z.int().optional(),
  iat: z.int().optional(),
  iss: z.string().optional(),
  jti: z.string().optional(),
  aud: z.string().optional(),
  organization: z.string().optional(),
  organization_id: z.string().optional(),
  environment: z.string().optional(),
  key_type: z.string().optional(),
})

const FORM = ['application/x-www-form-urlencoded']
const SESSIONS = '/v1/organizations/{org}/keys/{key}/sessions'

export const sessionOperations = [
  {
    id: 'sessions.list',
    method: 'GET',
    path: SESSIONS,
    tag: 'Sessions',
    summary: 'Session tokens minted with a key, newest first',
    authority: { kind: 'organization', action: 'keys:read' },
    query: z.strictObject(listQuery),
    success: { status: 200, schema: page(session) },
  },
  {
    id: 'sessions.end',
    method: 'DELETE',
    path: `${SESSIONS}/{session}`,
    tag: 'Sessions',
    summary: 'End one session alone',
    authority: { kind: 'organization', action: 'keys:manage' },
    success: { status: 200, schema: session },
    takesAway: 'ends',
  },
  {
    id: 'signing-keys.list',
    method: 'GET',
    path: '/v1/signing-keys',
    tag: 'Sessions',
    summary: 'Keys that sign session tokens, newest first',
    authority: { kind: 'installation', action: 'configuration:read' },
    success: { status: 200, schema: z.object({ items: z.array(signingKey) }) },
  },
  {
    id: 'signing-keys.rotate',
    method: 'POST',
    path: '/v1/signing-keys:rotate',
    tag: 'Sessions',
    summary: 'Sign with a new key from now on; tokens of the old one live until they expire',
    authority: { kind: 'installation', action: 'credentials:manage', capability: 'credentials:manage' },
    body: z.strictObject({}),
    bodyOptional: true,
    success: { status: 200, schema: signingKey },
  },
  {
    id: 'oauth.token',
    method: 'POST',
    path: '/oauth2/token',
    tag: 'Sessions',
    summary: 'Token exchange (RFC 8693): a key for a session token',
    authority: { kind: 'open' },
    protocol: 'oauth',
    body: tokenRequest,
    bodyLimit: 16_384,
    consumes: FORM,
    success: { status: 200, schema: tokenAnswer },
  },
  {
    id: 'oauth.jwks',
    method: 'GET',
    path: '/.well-known/jwks.json',
    tag: 'Sessions',
    summary: 'Public keys of session tokens (RFC 7517)',
    authority: { kind: 'open' },
    protocol: 'oauth',
    success: { status: 200, schema: jwks },
  },
  {
    id: 'introspect',
    method: 'POST',
    path: '/v1/introspect',
    tag: 'Verification',
    summary: 'Token introspection (RFC 7662) of a key or a session token; spends nothing of a limit',
    authority: { kind: 'verifier' },
    protocol: 'oauth',
    body: introspectRequest,
    bodyLimit: 16_384,
    consumes: FORM,
    success: { status: 200, schema: introspectAnswer },
  },
  {
    id: 'revoke',
    method: 'POST',
    path: '/v1/revoke',
    tag: 'Sessions',
    summary: 'Token revocation (RFC 7009) by whoever holds it, as far as the type allows; 200 whether it was known or not',
    authority: { kind: 'open' },
    protocol: 'oauth',
    body: z.strictObject(tokenParameter),
    bodyLimit: 16_384,
    consumes: FORM,
    success: { status: 200, schema: z.object({}) },
  },
] as const satisfies readonly Operation[]
