import { createVerifier, isUnavailable, type Verifier } from '@keywright/sdk/index.ts'
import type { Ask } from './answer.ts'

const { KEYWRIGHT_URL = 'http://127.0.0.1:4400', VERIFIER_KEY = '', VERIFIER_NAME = '' } = process.env

const verifiers = new Map<string, Verifier>()

/** One verifier for each API that this program is: it follows Keywright and decides here, without a call. Settles when it can. */
export async function followKeywright(apis: readonly string[]): Promise<void> {
  for (const api of apis) {
    const verifier = createVerifier({ url: KEYWRIGHT_URL, verifierKey: VERIFIER_KEY, api, name: VERIFIER_NAME })
    verifier.on('problem', ({ message }) => process.stderr.write(`${api}: ${message}\n`))
    verifiers.set(api, verifier)
  }
  await Promise.all([...verifiers.values()].map((verifier) => verifier.ready()))
}

/** Tells Keywright what was counted, and that nobody decides here any more. */
export async function leaveKeywright(): Promise<void> {
  await Promise.all([...verifiers.values()].map((verifier) => verifier.close()))
}

export const askInProcess: Ask = async (api, question) => {
  const verifier = verifiers.get(api)
  if (!verifier) throw new Error(`nobody follows the API ${api}`)
  const decision = await verifier.decide(question)
  if (decision.valid) return { valid: true, key: decision.key.toJSON?.() ?? decision.key, headers: verifier.fields(decision) }
  if (isUnavailable(decision)) throw new Error(`the verifier is ${decision.detail}`)
  const { reason, detail, missing, successor, retryAfterSeconds } = decision
  return { valid: false, reason, detail, missing, successor, retryAfterSeconds, status: verifier.answer(decision).status }
}
