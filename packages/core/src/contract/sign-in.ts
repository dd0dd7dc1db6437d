import { z } from 'zod'
import { text } from '../configuration/fields.ts'
import { email, instantOut } from './common.ts'
import type { Operation } from './operation.ts'

/** Spaces within count; the bounds follow NIST SP 800-63B 3.1.1.2: length is what matters, nothing is required of the characters. */
export const password = z.string().min(12, 'Must have at least 12 characters.').max(128, 'Must have at most 128 characters.')
/** What a link carries in its fragment. */
const linkToken = z.string().min(20).max(200)
export const personName = text(100).trim().min(1, 'Must not be blank.')
/** Six digits of an authenticator (RFC 6238), or a backup code. */
const code = z.string().trim().min(6).max(40)
export const secondFactorCode = z.strictObject({ code, kind: z.enum(['totp', 'backup-code']).default('totp') })

/** What a sign-in leads to: a session, or the question for the second factor. */
const signInOutcome = z.object({
  status: z.enum(['signed-in', 'second-factor']),
  /** Of a session: what a changing request must send in `Keywright-Csrf`. */
  csrfToken: z.string().nullable(),
})

const OPEN = { kind: 'open' } as const
const sent = z.object({ sent: z.literal(true) }).describe('The same answer whether or not such a person exists.')

/**
 * Everything before there is a session. Each sets cookies of its own; each needs the `Origin` (or `Sec-Fetch-Site`) of the
 * console, so that no other page signs anybody in.
 */
export const signInOperations = [
  {
    id: 'sign-in.options',
    method: 'GET',
    path: '/v1/sign-in',
    tag: 'Sign-in',
    summary: 'Which ways to sign in there are',
    authority: OPEN,
    success: {
      status: 200,
      schema: z.object({
        setUp: z.boolean().describe('No operator exists yet: the set-up link that the server printed makes the first.'),
        password: z.literal(true),
        magicLink: z.boolean().describe('Whether a mail server is set up.'),
        oidc: z.object({ label: z.string() }).nullable(),
        supportContact: z.string().nullable(),
      }),
    },
  },
  {
    id: 'sign-in.set-up',
    method: 'POST',
    path: '/v1/sign-in:set-up',
    tag: 'Sign-in',
    summary: 'Become the first operator with the link that the server printed',
    authority: OPEN,
    body: z.strictObject({ token: linkToken, email, name: personName, password }),
    success: { status: 200, schema: signInOutcome },
  },
  {
    id: 'sign-in.password',
    method: 'POST',
    path: '/v1/sign-in:password',
    tag: 'Sign-in',
    summary: 'Sign in with e-mail and password',
    authority: OPEN,
    body: z.strictObject({ email, password: z.string().min(1).max(128) }),
    success: { status: 200, schema: signInOutcome },
  },
  {
    id: 'sign-in.register',
    method: 'POST',
    path: '/v1/sign-in:register',
    tag: 'Sign-in',
    summary: 'Register through an invitation and accept it: the mailed token proves the address',
    authority: OPEN,
    body: z.strictObject({ token: linkToken, name: personName, password }),
    success: { status: 200, schema: signInOutcome },
  },
  {
    id: 'sign-in.oidc',
    method: 'POST',
    path: '/v1/sign-in:oidc',
    tag: 'Sign-in',
    summary: 'Begin single sign-on: where to send the browser. With a session it is a fresh proof for what asks for one',
    authority: OPEN,
    body: z.strictObject({
      returnTo: z
        .string()
        .max(500)
        // Browsers drop tabs and line breaks from an address: "/\t/elsewhere" would lead elsewhere.
        .regex(/^\/(?!\/)[!-[\]-~]*$/, 'Must be a path of the console.')
        .default('/'),
    }),
    success: { status: 200, schema: z.object({ url: z.string() }) },
  },
  {
    id: 'sign-in.second-factor',
    method: 'POST',
    path: '/v1/sign-in:second-factor',
    tag: 'Sign-in',
    summary: 'Answer the question for the second factor',
    authority: OPEN,
    body: secondFactorCode,
    success: { status: 200, schema: signInOutcome },
  },
  {
    id: 'sign-in.request-link',
    method: 'POST',
    path: '/v1/sign-in:request-link',
    tag: 'Sign-in',
    summary: 'Have a link sent that signs in once',
    authority: OPEN,
    body: z.strictObject({ email }),
    success: { status: 200, schema: sent },
  },
  {
    id: 'sign-in.link',
    method: 'POST',
    path: '/v1/sign-in:link',
    tag: 'Sign-in',
    summary: 'Sign in with the token of a mailed link',
    authority: OPEN,
    body: z.strictObject({ token: linkToken }),
    success: { status: 200, schema: signInOutcome },
  },
  {
    id: 'sign-in.request-password-reset',
    method: 'POST',
    path: '/v1/sign-in:request-password-reset',
    tag: 'Sign-in',
    summary: 'Have a link sent that sets a new password',
    authority: OPEN,
    body: z.strictObject({ email }),
    success: { status: 200, schema: sent },
  },
  {
    id: 'sign-in.reset-password',
    method: 'POST',
    path: '/v1/sign-in:reset-password',
    tag: 'Sign-in',
    summary: 'Set a new password with the token of a mailed link; ends every session of the person',
    authority: OPEN,
    body: z.strictObject({ token: linkToken, password }),
    success: { status: 200, schema: z.object({ status: z.literal('changed') }) },
  },
] as const satisfies readonly Operation[]

const PERSON = { kind: 'person' } as const

/** What a signed-in person does about himself. Changing requests need `Keywright-Csrf`. */
export const personOperations = [
  {
    id: 'me.person',
    method: 'GET',
    path: '/v1/me/person',
    tag: 'Me',
    summary: 'The signed-in person: memberships, second factor, and the token that changing requests must send',
    authority: PERSON,
    success: {
      status: 200,
      schema: z.object({
        id: z.string(),
        email: z.string(),
        name: z.string(),
        operator: z.boolean(),
        memberships: z.array(
          z.object({
            member: z.string(),
            organization: z.object({ id: z.string(), slug: z.string(), name: z.string(), status: z.enum(['active', 'suspended']) }),
            role: z.string(),
          }),
        ),
        pendingInvitations: z.int(),
        mayCreateOrganizations: z.boolean(),
        hasPassword: z.boolean(),
        secondFactor: z.object({ enrolled: z.boolean(), backupCodesLeft: z.int().nullable() }),
        steppedUpUntil: instantOut.nullable().describe('Until when what asks for a fresh second factor is done without asking.'),
        session: z.string(),
        csrfToken: z.string(),
        address: z.string().nullable().describe('From where this request came, as the server sees it.'),
      }),
    },
  },
  {
    id: 'me.update',
    method: 'PATCH',
    path: '/v1/me',
    tag: 'Me',
    summary: 'Change the name',
    authority: PERSON,
    body: z.strictObject({ name: personName }),
    success: { status: 204 },
  },
  {
    id: 'me.sign-out',
    method: 'POST',
    path: '/v1/me:sign-out',
    tag: 'Me',
    summary: 'End this session',
    authority: PERSON,
    body: z.strictObject({}),
    bodyOptional: true,
    success: { status: 204 },
  },
  {
    id: 'me.sessions.list',
    method: 'GET',
    path: '/v1/me/sessions',
    tag: 'Me',
    summary: 'Where one is signed in',
    authority: PERSON,
    success: {
      status: 200,
      schema: z.object({
        items: z.array(
          z.object({
            id: z.string(),
            current: z.boolean(),
            createdAt: instantOut,
            lastUsedAt: instantOut,
            expiresAt: instantOut,
            address: z.string().nullable(),
            client: z.string().nullable(),
          }),
        ),
      }),
    },
  },
  {
    id: 'me.sessions.end',
    method: 'DELETE',
    path: '/v1/me/sessions/{session}',
    tag: 'Me',
    summary: 'End a session',
    authority: PERSON,
    success: { status: 204 },
  },
  {
    id: 'me.change-password',
    method: 'POST',
    path: '/v1/me:change-password',
    tag: 'Me',
    summary: 'Change the password; ends every other session',
    authority: PERSON,
    body: z.strictObject({ currentPassword: z.string().min(1).max(128), newPassword: password }),
    success: { status: 204 },
  },
  {
    id: 'me.step-up',
    method: 'POST',
    path: '/v1/me:step-up',
    tag: 'Me',
    summary: 'Prove the second factor afresh',
    authority: PERSON,
    body: secondFactorCode,
    success: { status: 200, schema: z.object({ steppedUpUntil: instantOut }) },
  },
  {
    id: 'me.second-factor.enroll',
    method: 'POST',
    path: '/v1/me/second-factor',
    tag: 'Me',
    summary: 'Begin to set up an authenticator; it counts once a code of it was confirmed',
    authority: PERSON,
    body: z.strictObject({ password: z.string().min(1).max(128) }),
    success: { status: 200, schema: z.object({ otpauthUri: z.string(), backupCodes: z.array(z.string()) }) },
    answersSecret: true,
  },
  {
    id: 'me.second-factor.confirm',
    method: 'POST',
    path: '/v1/me/second-factor:confirm',
    tag: 'Me',
    summary: 'Confirm the authenticator with a code of it',
    authority: PERSON,
    body: z.strictObject({ code }),
    success: { status: 204 },
  },
  {
    id: 'me.second-factor.renew-backup-codes',
    method: 'POST',
    path: '/v1/me/second-factor:renew-backup-codes',
    tag: 'Me',
    summary: 'Exchange the backup codes for new ones',
    authority: PERSON,
    body: z.strictObject({ password: z.string().min(1).max(128) }),
    success: { status: 200, schema: z.object({ backupCodes: z.array(z.string()) }) },
    answersSecret: true,
  },
  {
    id: 'me.second-factor.remove',
    method: 'POST',
    path: '/v1/me/second-factor:remove',
    tag: 'Me',
    summary: 'Do without a second factor again',
    authority: PERSON,
    body: z.strictObject({ password: z.string().min(1).max(128), code }),
    success: { status: 204 },
  },
] as const satisfies readonly Operation[]
