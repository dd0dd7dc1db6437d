import { expect } from 'vitest'
import type { Answered } from '../harness.ts'
import { type Installation, issue, KEYS, verdict } from './installation.ts'

/** What its writer knows of a key: everything here was acknowledged, but for `pending`. */
export interface KnownKey {
  id: string
  name: string
  status: 'active' | 'inactive' | 'removed'
  version: number
  /** Null: a replacement was not acknowledged but stored, so nobody has seen the newest secret. */
  secret: string | null
  /** Secrets whose end was acknowledged, or seen after a restart. */
  ended: string[]
  /** The command that was under way when the server died. */
  pending: Command | null
}

type Command = 'replace' | 'deactivate' | 'activate' | 'remove'

const NEXT_STATUS = { deactivate: 'inactive', activate: 'active', remove: 'removed' } as const

/** Issues and changes keys of its own over HTTP, one request after another, until the server is gone. */
export class Writer {
  readonly keys: KnownKey[] = []
  /** Names of keys whose issue was not acknowledged: each of them is there as a whole, or not at all. */
  readonly unacknowledgedNames: string[] = []
  /** Request ids of everything that was acknowledged. */
  readonly acknowledged: string[] = []
  readonly #installation: Installation
  readonly #name: string
  #issued = 0

  constructor(installation: Installation, name: string) {
    this.#installation = installation
    this.#name = name
  }

  /** @returns what ended it, when that was not the server's death. */
  async run(): Promise<void> {
    for (;;) {
      const usable = this.keys.filter((key) => key.status !== 'removed' && key.secret !== null)
      const key = usable[Math.floor(Math.random() * usable.length)]
      const alive = key === undefined || Math.random() < 0.35 ? await this.#issue() : await this.#change(key)
      if (!alive) return
    }
  }

  async #issue(): Promise<boolean> {
    const name = `${this.#name}-${++this.#issued}`
    const answered = await whatCame(issue(this.#installation, { name }))
    if (answered === null) {
      this.unacknowledgedNames.push(name)
      return false
    }
    expect(answered.status, JSON.stringify(answered.body)).toBe(201)
    this.acknowledged.push(answered.headers.get('x-request-id') as string)
    this.keys.push({ id: answered.body.key.id, name, status: 'active', version: 1, secret: answered.body.secret, ended: [], pending: null })
    return true
  }

  async #change(key: KnownKey): Promise<boolean> {
    const command = choose(key)
    const { server, admin } = this.#installation
    key.pending = command
    const path = `${KEYS}/${key.id}`
    const body = command === 'replace' ? { expectedVersion: key.version, overlapSeconds: 0 } : {}
    const answered = await whatCame(
      command === 'remove' ? server.call('DELETE', path, { key: admin }) : server.call('POST', `${path}:${command}`, { key: admin, body }),
    )
    if (answered === null) return false
    expect(answered.status, `${command} ${JSON.stringify(answered.body)}`).toBe(200)
    this.acknowledged.push(answered.headers.get('x-request-id') as string)
    key.pending = null
    if (command === 'replace') {
      key.ended.push(key.secret as string)
      key.secret = answered.body.secret
      key.version++
    } else key.status = NEXT_STATUS[command]
    return true
  }
}

function choose(key: KnownKey): Command {
  if (key.status === 'inactive') return Math.random() < 0.8 ? 'activate' : 'replace'
  return (['replace', 'replace', 'deactivate', 'remove'] as const)[Math.floor(Math.random() * 4)] as Command
}

/** The answer; null when the connection ended without one. */
async function whatCame(call: Promise<Answered>): Promise<Answered | null> {
  try {
    const answered = await call
    // A server that is being stopped says so; nothing is stored then.
    return answered.status === 503 ? null : answered
  } catch (error) {
    if (error instanceof TypeError) return null
    throw error
  }
}

const REASON = { active: 'valid', inactive: 'inactive', removed: 'removed' } as const

/**
 * The key is in the state that was acknowledged last, or, when a command was under way, as a whole in the state after it; the
 * decision about each of its secrets says the same. Settles the command that was under way.
 */
export async function expectAcknowledged(installation: Installation, key: KnownKey): Promise<void> {
  const { server, admin } = installation
  if (key.pending !== null) {
    const stored = await server.must(200, 'GET', `${KEYS}/${key.id}`, { key: admin })
    if (key.pending !== 'replace') {
      expect([key.status, NEXT_STATUS[key.pending]]).toContain(stored.status)
      key.status = stored.status
    } else if (stored.newestVersion !== key.version) {
      expect(stored.newestVersion).toBe(key.version + 1)
      key.version++
      key.ended.push(key.secret as string)
      key.secret = null
    }
    key.pending = null
  }
  if (key.secret !== null) expect(await verdict(installation, key.secret), `${key.name}, acknowledged as ${key.status}`).toBe(REASON[key.status])
  for (const secret of key.ended) expect(await verdict(installation, secret), `an old secret of ${key.name}`).toBe('replaced')
}
