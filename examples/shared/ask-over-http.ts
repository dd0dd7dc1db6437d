import type { Allowed, Ask, VerifiedKey } from './answer.ts'

const { KEYWRIGHT_URL = 'http://127.0.0.1:4400', VERIFIER_KEY = '' } = process.env

interface Answer {
  valid: boolean
  key?: VerifiedKey
  reason?: string
  detail?: string
  status?: number
  retryAfterSeconds?: number
  missing?: string[]
  successor?: string
  deprecation?: { deprecatedAt: string; retiresAt: string; successor: string | null }
  retirement?: { retiresAt: string }
  expiry?: { expiresAt: string }
  requestId?: string
}

/** One call of Keywright for each request: for programs that the SDK does not exist for, any language can do this. */
export const askOverHttp: Ask = async (api, question) => {
  const response = await fetch(`${KEYWRIGHT_URL}/v1/verify`, {
    method: 'POST',
    headers: { authorization: `Bearer ${VERIFIER_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({ api, ...question }),
    signal: AbortSignal.timeout(5_000),
  })
  if (response.status !== 200) throw new Error(`Keywright answered ${response.status}: ${await response.text()}`)
  const answer = (await response.json()) as Answer
  if (answer.valid && answer.key) return { valid: true, key: answer.key, headers: endsOf(answer) }
  const { reason = 'unknown', detail = null, missing = [], successor = null, retryAfterSeconds = null, status = 401, requestId } = answer
  return { valid: false, reason, status, detail, missing, successor, retryAfterSeconds, requestId }
}

/** The users of a key are told until when it works, from the first notice day on; of a deprecated kind also by RFC 9745 and RFC 8594. */
function endsOf({ deprecation, retirement, expiry }: Answer): Allowed['headers'] {
  return {
    ...(retirement ? { 'Keywright-Key-Retires': retirement.retiresAt } : {}),
    ...(expiry ? { 'Keywright-Key-Expires': expiry.expiresAt } : {}),
    ...(deprecation
      ? { Deprecation: `@${Math.floor(Date.parse(deprecation.deprecatedAt) / 1000)}`, Sunset: new Date(deprecation.retiresAt).toUTCString() }
      : {}),
  }
}
