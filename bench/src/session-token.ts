import { createPublicKey, generateKeyPairSync, hash, sign, verify as checkSignature } from 'node:crypto'
import { makeId } from '@keywright/core/id.ts'
import { RateLimiter } from '@keywright/core/rate-limit/rate-limiter.ts'
import { signingInput } from '@keywright/core/session-token/encode.ts'
import { SessionTokens } from '@keywright/core/session-token/session-tokens.ts'
import type { VerificationRequest } from '@keywright/core/verification/request.ts'
import { type DecisionContext, verify } from '@keywright/core/verification/verify.ts'
import { signaturePort } from '../../packages/sdk/src/verifier/signature.ts'
import { compete, type Contestant, type Measure, percentile, type Result } from './measure.ts'
import { addressOf, idBytes, NOW, organizationIdOf, recordOf, replicaOf, secretOf } from './replica-of-keys.ts'

const digest = (secret: string): string => hash('sha256', secret, 'latin1')

/**
 * The in-process decision on a session token: at its first use, when the signature is checked, and later, when that it was good is
 * remembered. Beside the decision on the secret of the same key, and beside checking a signature and nothing else.
 */
export const sessionToken: Measure = async ({ quick }) => {
  const keys = quick ? 200 : 10_000
  const { replica, api } = replicaOf(keys, { mints: { lifetime: '1h' } })
  const pair = generateKeyPairSync('ed25519')
  const { x: publicKey } = pair.publicKey.export({ format: 'jwk' }) as { x: string }
  const issuer = makeId('installation', NOW, idBytes(0))
  replica.applyChange({ kind: 'signingKey', signingKey: { kid: 'bench', publicKey, issuer, createdAt: NOW, acceptedUntil: null } })

  const inputs = Array.from({ length: keys }, (_none, index) => inputFor(index, issuer))
  const signatures = inputs.map((input) => sign(null, Buffer.from(input), pair.privateKey))
  const ask = (secrets: readonly string[]) =>
    secrets.map((secret, index): VerificationRequest => ({ secret, address: addressOf(index), requiredScopes: ['data.read'] }))
  const byToken = ask(inputs.map((input, index) => `${input}.${signatures[index]?.toString('base64url')}`))
  const bySecret = ask(Array.from({ length: keys }, (_none, index) => secretOf(index)))

  const remembering = { replica, limiter: new RateLimiter(), now: NOW, digest, sessions: new SessionTokens(signaturePort) }
  const decide = (context: DecisionContext, requests: readonly VerificationRequest[]) => {
    for (const request of requests) if (!verify(context, api, request).valid) throw new Error('a call was refused')
  }
  const rate = (calls: number, work: () => void) => {
    const start = performance.now()
    work()
    return (calls * 1000) / (performance.now() - start)
  }
  const publicObject = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: publicKey }, format: 'jwk' })
  const some = Math.min(keys, quick ? 100 : 500)
  const bare = () => {
    for (let index = 0; index < some; index++) {
      if (!checkSignature(null, Buffer.from(inputs[index] as string, 'latin1'), publicObject, signatures[index] as Buffer))
        throw new Error('a signature is bad')
    }
  }
  const others: Contestant[] = [
    { name: 'its secret', round: () => rate(keys, () => decide(remembering, bySecret)) },
    { name: 'bare Ed25519 verify', round: () => rate(some, bare) },
  ]
  const first = (): DecisionContext => ({ ...remembering, sessions: new SessionTokens(signaturePort) })
  const uses = [
    { measure: 'session token, first use', calls: some, context: first, note: 'the signature is checked' },
    {
      measure: 'session token, remembered',
      calls: keys,
      context: () => remembering,
      note: 'that its signature is good is remembered; all else is decided anew',
    },
  ]
  decide(remembering, byToken)
  const results: Result[] = []
  for (const { measure, calls, context, note } of uses) {
    const requests = byToken.slice(0, calls)
    const ours = () => {
      const prepared = context()
      return rate(calls, () => decide(prepared, requests))
    }
    await compete([{ name: 'ours', round: ours }, ...others], quick ? 1 : 5) // warms up
    const contest = await compete([{ name: 'ours', round: ours }, ...others], quick ? 3 : 11)
    const prepared = context()
    const singles = requests.map((request) => {
      const start = performance.now()
      verify(prepared, api, request)
      return (performance.now() - start) * 1000
    })
    results.push({ measure, keys, ...contest, p50Us: percentile(singles, 0.5), p99Us: percentile(singles, 0.99), note })
  }
  return results
}

function inputFor(index: number, issuer: string): string {
  return signingInput('bench', {
    issuer,
    keyId: recordOf(index, [organizationIdOf(index)]).id,
    sessionId: makeId('session', NOW, idBytes(index)),
    issuedAt: NOW,
    expiresAt: NOW + 3_600_000,
    audience: null,
    scopes: ['data.read'],
    organizationId: organizationIdOf(index),
    environment: 'live',
    secretVersion: 1,
    epoch: 0,
  })
}
