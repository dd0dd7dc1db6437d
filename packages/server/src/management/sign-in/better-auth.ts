import { betterAuth, type BetterAuthOptions } from 'better-auth'
import { makeId } from '@keywright/core/id.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { RandomBytes } from '../../kernel/random.ts'
import type { Database, WriteTransaction } from '../../store/database.ts'
import { currentTransaction, databaseAdapter, digestToken } from './database-adapter.ts'
import { SESSION_LIFE_MS } from './durations.ts'
import type { FoundSession, Identity, IdentityStore, SignInMethod } from './identity.ts'

const PASSWORD = 'credential'
const SINGLE_SIGN_ON = 'oidc'

interface Needs {
  database: Database
  clock: Clock
  random: RandomBytes
}

/**
 * Our port over better-auth. It never sees a request: its routes are not served, it is asked for passwords, accounts, sessions and one-time values,
 * and everything it stores rides in the caller's transaction. Instants are ours, so that nothing ends by another clock.
 */
export async function openIdentity({ database, clock, random }: Needs): Promise<Identity> {
  const options = {
    appName: 'Keywright',
    // Neither is ever used: no route of its own is served, and no cookie of its own is set.
    baseURL: 'http://localhost',
    secret: Buffer.from(random(32)).toString('base64'),
    database: databaseAdapter(database),
    telemetry: { enabled: false },
    logger: { disabled: true },
    rateLimit: { enabled: false },
    emailAndPassword: { enabled: true, disableSignUp: true, minPasswordLength: 12, maxPasswordLength: 128 },
    user: {
      modelName: 'people',
      fields: { emailVerified: 'email_verified', createdAt: 'created_at', updatedAt: 'updated_at' },
      additionalFields: { secondFactor: { type: 'boolean', required: false, input: false, fieldName: 'second_factor' } },
    },
    account: {
      modelName: 'auth_accounts',
      fields: { userId: 'person_id', providerId: 'provider', accountId: 'subject', createdAt: 'created_at', updatedAt: 'updated_at' },
    },
    session: {
      modelName: 'auth_sessions',
      expiresIn: SESSION_LIFE_MS / 1000,
      disableSessionRefresh: true,
      fields: {
        userId: 'person_id',
        token: 'token_digest',
        expiresAt: 'expires_at',
        ipAddress: 'address',
        userAgent: 'client',
        createdAt: 'created_at',
        updatedAt: 'updated_at',
      },
      additionalFields: {
        method: { type: 'string', required: true, input: false },
        usedAt: { type: 'date', required: true, input: false, fieldName: 'used_at' },
        provenAt: { type: 'date', required: false, input: false, fieldName: 'proven_at' },
      },
    },
    verification: {
      modelName: 'auth_verifications',
      disableCleanup: true,
      fields: { expiresAt: 'expires_at', createdAt: 'created_at', updatedAt: 'updated_at' },
    },
    advanced: {
      database: { generateId: () => makeId('session', clock.now(), random(10)) },
    },
  } satisfies BetterAuthOptions
  const { internalAdapter, password } = await betterAuth(options).$context
  /** What an unknown person's password is compared with. The start does not wait for it: it is meant to take long. */
  const nobodys = password.hash(Buffer.from(random(32)).toString('base64'))
  // Whoever needs it hears of it.
  nobodys.catch(() => {})

  const store: IdentityStore = {
    async passwordHash(personId) {
      return (await internalAdapter.findCredentialAccount(personId))?.password ?? null
    },
    async putPassword(personId, hash, now) {
      const [createdAt, updatedAt] = [new Date(now), new Date(now)]
      const account = await internalAdapter.findCredentialAccount(personId)
      if (account) await internalAdapter.updateAccount(account.id, { password: hash, updatedAt })
      else await internalAdapter.createAccount({ userId: personId, providerId: PASSWORD, accountId: personId, password: hash, createdAt, updatedAt } as never)
    },
    async personOfSubject(subject) {
      return (await internalAdapter.findAccountByKey({ providerId: SINGLE_SIGN_ON, accountId: subject }))?.userId ?? null
    },
    async linkSubject(personId, subject, now) {
      const [createdAt, updatedAt] = [new Date(now), new Date(now)]
      await internalAdapter.createAccount({ userId: personId, providerId: SINGLE_SIGN_ON, accountId: subject, createdAt, updatedAt } as never)
    },
    async startSession({ personId, token, method, provenAt, address, client }, now) {
      const at = new Date(now)
      const session = await internalAdapter.createSession(
        personId,
        false,
        {
          token,
          method,
          ipAddress: address,
          userAgent: client,
          usedAt: at,
          provenAt: provenAt === null ? null : new Date(provenAt),
          createdAt: at,
          updatedAt: at,
          expiresAt: new Date(now + SESSION_LIFE_MS),
        } as never,
        true,
      )
      return session.id
    },
    async endSession(token) {
      await internalAdapter.deleteSession(token)
    },
    async remember(name, value, expiresAt, now) {
      const at = new Date(now)
      await internalAdapter.createVerificationValue({ identifier: name, value, expiresAt: new Date(expiresAt), createdAt: at, updatedAt: at } as never)
    },
    async take(name, now) {
      const found = await internalAdapter.findVerificationValue(name)
      if (!found) return null
      await internalAdapter.deleteVerificationByIdentifier(name)
      return found.expiresAt.getTime() > now ? found.value : null
    },
  }

  return {
    hashPassword: (text) => password.hash(text),
    async checkPassword(hash, text) {
      const right = await password.verify({ hash: hash ?? (await nobodys), password: text })
      return right && hash !== null
    },
    async findSession(token) {
      const found = await internalAdapter.findSession(token)
      return found === null ? null : toFound(found as never)
    },
    passwordHash: store.passwordHash,
    async find(name, now) {
      const found = await internalAdapter.findVerificationValue(name)
      return found && found.expiresAt.getTime() > now ? found.value : null
    },
    within: (transaction) => inside(store, transaction),
  }
}

/** Every call of the store runs in that transaction. */
function inside(store: IdentityStore, transaction: WriteTransaction): IdentityStore {
  const bound = Object.entries(store).map(([name, method]: [string, (...values: never[]) => Promise<unknown>]) => [
    name,
    (...values: never[]) => currentTransaction.run(transaction, () => method(...values)),
  ])
  return Object.fromEntries(bound) as IdentityStore
}

interface LibrarySession {
  session: { id: string; method: string; createdAt: Date; usedAt: Date; expiresAt: Date; provenAt: Date | null }
  user: { id: string; email: string; name: string; secondFactor: boolean }
}

function toFound({ session, user }: LibrarySession): FoundSession {
  return {
    id: session.id,
    method: session.method as SignInMethod,
    createdAt: session.createdAt.getTime(),
    usedAt: session.usedAt.getTime(),
    expiresAt: session.expiresAt.getTime(),
    provenAt: session.provenAt?.getTime() ?? null,
    person: { id: user.id, email: user.email, name: user.name, secondFactor: user.secondFactor },
  }
}

export { digestToken }
