import { createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto'
import { makeId } from '../../id.ts'
import { decideMint, type MintDecision, type MintRequest } from '../../verification/mint.ts'
import { digest, type IssuedKey, START, World } from '../../verification/testing/world.ts'
import type { KeyTypeInput } from '../../configuration/key-type.ts'
import type { SessionClaims } from '../claims.ts'
import { signingInput } from '../encode.ts'
import { SessionTokens, type SignaturePort } from '../session-tokens.ts'

export const ISSUER = makeId('installation', START, new Uint8Array(10).fill(7))

/** Signatures by Node, counted. */
export class CountedSignatures implements SignaturePort {
  checked = 0

  checkSignature(publicKey: string, input: string, signature: string): boolean {
    this.checked++
    return verify(
      null,
      Buffer.from(input),
      createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: publicKey }, format: 'jwk' }),
      Buffer.from(signature, 'base64url'),
    )
  }
}

export interface SigningPair {
  kid: string
  publicKey: string
  privateKey: KeyObject
}

let pairs = 0
export function signingPair(): SigningPair {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  return { kid: `pair-${++pairs}`, publicKey: (publicKey.export({ format: 'jwk' }) as { x: string }).x, privateKey }
}

export function signToken({ kid, privateKey }: SigningPair, claims: SessionClaims): string {
  return signText(privateKey, signingInput(kid, claims))
}

export function signText(privateKey: KeyObject, input: string): string {
  return `${input}.${sign(null, Buffer.from(input), privateKey).toString('base64url')}`
}

export const base64url = (value: unknown): string => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')

/** A world with a mint: a type `master` that only mints, and an API `data` that takes it. */
export class MintWorld {
  readonly world = new World()
  readonly signatures = new CountedSignatures()
  readonly pair = signingPair()
  readonly acme
  readonly data

  constructor(type: Partial<KeyTypeInput> = {}, api: Record<string, unknown> = {}, maxTokens?: number) {
    const { world } = this
    world.sessions = new SessionTokens(this.signatures, maxTokens === undefined ? {} : { maxTokens })
    world.type({ slug: 'master', prefix: 'imt', direct: false, mints: { lifetime: '1h' }, ...type })
    this.acme = world.organization('acme')
    this.data = world.api({ slug: 'data', accepts: ['master'], ...api })
    this.signWith(this.pair)
  }

  signWith({ kid, publicKey }: SigningPair, more: { issuer?: string; acceptedUntil?: number | null } = {}): void {
    this.world.change({ kind: 'signingKey', signingKey: { kid, publicKey, issuer: ISSUER, createdAt: this.world.now, acceptedUntil: null, ...more } })
  }

  issue(more: Parameters<World['issue']>[1] = {}): IssuedKey {
    return this.world.issue(this.acme, { type: 'master', ...more }, 'imt')
  }

  ask(secret: string, more: Partial<MintRequest> = {}): MintDecision {
    const { replica, limiter, now, sessions } = this.world
    return decideMint(
      { replica, limiter, now, digest, ...(sessions ? { sessions } : {}) },
      { secret, address: null, scopes: null, audience: null, cost: 1, ...more },
    )
  }

  /** `minted`, or the reason with its detail. */
  answer(secret: string, more: Partial<MintRequest> = {}): string {
    const decision = this.ask(secret, more)
    return decision.valid ? 'minted' : [decision.reason, decision.detail].filter(Boolean).join(' ')
  }

  claims(secret: string, more: Partial<MintRequest> = {}): SessionClaims {
    const decision = this.ask(secret, more)
    if (!decision.valid) throw new Error(`refused: ${decision.reason} ${decision.detail}`)
    return { ...decision.grant, issuer: ISSUER, sessionId: makeId('session', this.world.now, this.world.random(10)) }
  }

  mint(secret: string, more: Partial<MintRequest> = {}): string {
    return signToken(this.pair, this.claims(secret, more))
  }

  deactivate(key: IssuedKey): void {
    this.world.update(key, { status: 'inactive', epoch: key.record.epoch + 1 })
  }
  activate(key: IssuedKey): void {
    this.world.update(key, { status: 'active' })
  }
  remove(key: IssuedKey): void {
    this.world.update(key, { status: 'removed', epoch: key.record.epoch + 1 })
  }

  detail(token: string): string {
    return this.world.detail(this.data, { secret: token })
  }
}
