import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { apiKey } from '@better-auth/api-key'
import { betterAuth, type BetterAuthOptions } from 'better-auth'
import { getMigrations } from 'better-auth/db/migration'
import { randomNumbers } from './measure.ts'

/** better-auth's API key plugin, asked in process: no HTTP on either side. */
export interface Peer extends AsyncDisposable {
  name: string
  /** Verifies that many keys one after another, one in ten unknown. @returns calls a second. */
  round(calls: number): Promise<number>
}

/** As its documentation sets it up: keys, counters and last use in the database. */
export function betterAuthOnSqlite(keys: number): Promise<Peer> {
  return open('better-auth on SQLite', keys, (database) => ({
    database,
    // Its default lets a key make ten calls a day; counting stays on.
    plugins: [apiKey({ rateLimit: { enabled: true, maxRequests: 1_000_000_000, timeWindow: 86_400_000 } })],
  }))
}

/** The fastest that its options allow: secondary storage that is a Map in this process, nothing counted, nothing durable. */
export function betterAuthInMemory(keys: number): Promise<Peer> {
  const stored = new Map<string, string>()
  const secondaryStorage = {
    get: (key: string) => stored.get(key) ?? null,
    set: (key: string, value: string) => void stored.set(key, value),
    delete: (key: string) => void stored.delete(key),
    getAndDelete: (key: string) => {
      const value = stored.get(key) ?? null
      stored.delete(key)
      return value
    },
    increment: (key: string) => {
      const value = Number(stored.get(key) ?? 0) + 1
      stored.set(key, String(value))
      return value
    },
  }
  return open('better-auth in memory', keys, (database) => ({
    database,
    secondaryStorage,
    plugins: [apiKey({ storage: 'secondary-storage', rateLimit: { enabled: false } })],
  }))
}

/** What is used of an instance; the plugin's endpoints are not in the types of one that was made from `BetterAuthOptions`. */
interface Auth {
  api: {
    createApiKey(call: { body: object }): Promise<{ key: string }>
    verifyApiKey(call: { body: object }): Promise<{ valid: boolean }>
  }
  $context: Promise<{ internalAdapter: { createUser(user: object): Promise<{ id: string }> } }>
}

async function open(name: string, keys: number, setup: (database: DatabaseSync) => BetterAuthOptions): Promise<Peer> {
  const folder = mkdtempSync(join(tmpdir(), 'keywright-bench-'))
  const database = new DatabaseSync(join(folder, 'auth.db'))
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
  const options: BetterAuthOptions = {
    ...setup(database),
    baseURL: 'http://localhost:3000',
    secret: 'bench-bench-bench-bench-bench-bench',
    logger: { disabled: true },
    telemetry: { enabled: false },
  }
  await (await getMigrations(options)).runMigrations()
  const auth = betterAuth(options) as unknown as Auth
  const { internalAdapter } = await auth.$context
  const secrets: string[] = []
  for (let index = 0; index < keys; index++) {
    const user = await internalAdapter.createUser({ email: `user-${index}@example.com`, name: `User ${index}`, emailVerified: true })
    const created = await auth.api.createApiKey({ body: { userId: user.id, expiresIn: 86_400 * 30, permissions: { data: ['read'] } } })
    secrets.push(created.key)
  }
  const random = randomNumbers(keys)
  return {
    name,
    async round(calls) {
      const drawn = Array.from({ length: calls }, () => (random() < 0.1 ? 'u'.repeat(64) : (secrets[Math.floor(random() * keys)] as string)))
      let valid = 0
      const start = performance.now()
      for (const key of drawn) if ((await auth.api.verifyApiKey({ body: { key, permissions: { data: ['read'] } } })).valid) valid++
      const seconds = (performance.now() - start) / 1000
      if (valid < calls * 0.7) throw new Error(`${name} let only ${valid} of ${calls} through`)
      return calls / seconds
    },
    async [Symbol.asyncDispose]() {
      database.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
