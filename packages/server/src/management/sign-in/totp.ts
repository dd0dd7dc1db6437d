import { createOTP } from '@better-auth/utils/otp'

const STEP_MS = 30_000

/** RFC 6238: six digits, SHA-1, 30 seconds: what every authenticator does without being told. */
export function totpUri(seed: string, email: string): string {
  return createOTP(seed).url('Keywright', email)
}

/**
 * The time step whose code this is: the one of now, or the one before or after, for clocks differ; null: none, or one that was used up.
 * @param lastStep the newest step whose code was taken (RFC 6238, 5.2: a code is taken once).
 */
export async function stepOfCode(seed: string, code: string, now: number, lastStep: number): Promise<number | null> {
  if (!/^\d{6}$/.test(code)) return null
  const current = Math.floor(now / STEP_MS)
  const otp = createOTP(seed)
  let found: number | null = null
  // All three are computed, so that the time taken tells nothing.
  for (const step of [current - 1, current, current + 1]) if ((await otp.hotp(step)) === code && step > lastStep) found = step
  return found
}
