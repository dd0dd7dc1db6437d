import { createHash, createPrivateKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { LONGEST_SESSION_SECONDS, type SessionClaims } from '@keywright/core/session-token/claims.ts'
import { signingInput } from '@keywright/core/session-token/encode.ts'
import type { Replica } from '@keywright/core/replica/replica.ts'
import { open, seal } from '../../kernel/envelope.ts'
import { getSetting } from '../../store/settings.ts'
import { currentSigningKey, insertSigningKey, retireSigningKey, type StoredSigningKey, toSigningKeyRecord } from '../../store/signing-keys.ts'
import type { Caller, Services } from '../services.ts'
import { commit, type Unit } from '../unit.ts'

/** Beyond the longest life of a token: a mint that has the retired key in hand may sign a moment longer. */
const SLACK_MS = 60_000

interface LoadedKey {
  kid: string
  issuer: string
  privateKey: KeyObject
}

/**
 * Holds the private key that signs session tokens. It is made with the first token that is asked for, lies enveloped under the master key, and
 * is destroyed when another takes its place; its public half goes out with the change log before anything is signed with it.
 */
export class SigningKeyring {
  readonly #services: Services
  readonly #replica: () => Replica
  #loaded: LoadedKey | null = null

  constructor(services: Services, replica: () => Replica) {
    this.#services = services
    this.#replica = replica
  }

  /** Whether the key in hand is the one that signs now. */
  get isReady(): boolean {
    const current = this.#replica().sessions.currentSigningKey()
    return current !== null && current.kid === this.#loaded?.kid
  }

  /** Id of this installation; null before a key was loaded. */
  get issuer(): string | null {
    return this.#replica().sessions.currentSigningKey()?.issuer ?? null
  }

  /** Settles when there is a key to sign with, and this server's replica knows its public half. */
  async ready(caller: Caller): Promise<void> {
    const { database, masterKey } = this.#services
    let stored = await currentSigningKey(database.reader, database.build)
    if (stored === null) stored = await this.#create(caller)
    const issuer = await this.#issuer()
    const pkcs8 = open(masterKey, stored.privateKey as Uint8Array, placeOf(issuer, stored.kid))
    this.#loaded = { kid: stored.kid, issuer, privateKey: createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' }) }
    pkcs8.fill(0)
  }

  /** @returns the token. `ready` must have settled. */
  sign(claims: Omit<SessionClaims, 'issuer'>): string {
    if (this.#loaded === null) throw new Error('no signing key is loaded')
    const { kid, issuer, privateKey } = this.#loaded
    const input = signingInput(kid, { ...claims, issuer })
    return `${input}.${sign(null, Buffer.from(input, 'latin1'), privateKey).toString('base64url')}`
  }

  /** A new key signs from now on; the old one's private half is gone, its public half stays until its last token has expired. */
  async rotate(caller: Caller): Promise<StoredSigningKey> {
    const issuer = await this.#issuer()
    const key = await commit(this.#services, caller, async (unit) => {
      const before = await currentSigningKey(unit.transaction, unit.build)
      if (before !== null) {
        const retired = { ...before, privateKey: null, retiredAt: unit.now, acceptedUntil: unit.now + LONGEST_SESSION_SECONDS * 1000 + SLACK_MS }
        await retireSigningKey(unit.transaction, unit.build, retired)
        unit.change({ kind: 'signingKey', signingKey: toSigningKeyRecord(retired, issuer) })
      }
      return this.#insert(unit, issuer, before === null ? 'signing_key.created' : 'signing_key.rotated', { from: before?.kid ?? null })
    })
    await this.ready(caller)
    return key
  }

  async #create(caller: Caller): Promise<StoredSigningKey> {
    const issuer = await this.#issuer()
    return commit(this.#services, caller, async (unit) => {
      // Asked again inside: two may have found none at once.
      const before = await currentSigningKey(unit.transaction, unit.build)
      return before ?? this.#insert(unit, issuer, 'signing_key.created', {})
    })
  }

  async #insert(unit: Unit, issuer: string, action: 'signing_key.created' | 'signing_key.rotated', detail: Record<string, unknown>): Promise<StoredSigningKey> {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519')
    const { x } = publicKey.export({ format: 'jwk' }) as { x: string }
    const kid = thumbprint(x)
    const pkcs8 = privateKey.export({ format: 'der', type: 'pkcs8' })
    const sealed = seal(this.#services.masterKey, pkcs8, placeOf(issuer, kid), this.#services.random)
    pkcs8.fill(0)
    const key: StoredSigningKey = { kid, publicKey: x, privateKey: sealed, createdAt: unit.now, retiredAt: null, acceptedUntil: null }
    await insertSigningKey(unit.transaction, unit.build, key)
    unit.change({ kind: 'signingKey', signingKey: toSigningKeyRecord(key, issuer) })
    unit.audit({ organizationId: null, action, subject: { kind: 'signing_key', id: kid }, detail })
    return key
  }

  async #issuer(): Promise<string> {
    const { database } = this.#services
    return (await getSetting(database.reader, database.build, 'installationId')) as string
  }
}

function placeOf(issuer: string, kid: string) {
  return { organizationId: issuer, keyId: kid, version: 1 }
}

/** RFC 7638 section 3, with the members RFC 8037 section 2 names. */
function thumbprint(x: string): string {
  return createHash('sha256')
    .update(JSON.stringify({ crv: 'Ed25519', kty: 'OKP', x }))
    .digest('base64url')
}
