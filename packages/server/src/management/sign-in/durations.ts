const MINUTE = 60_000
const HOUR = 60 * MINUTE

/** A session that nobody used for so long has ended. */
export const SESSION_IDLE_MS = 12 * HOUR
/** After so long everybody signs in again. */
export const SESSION_LIFE_MS = 14 * 24 * HOUR
/** How long a fresh proof (second factor, single sign-on) counts. */
export const PROOF_MS = 10 * MINUTE
/** How long the question for the second factor waits for an answer. */
export const QUESTION_MS = 10 * MINUTE
export const SIGN_IN_LINK_MS = 15 * MINUTE
export const RESET_LINK_MS = HOUR
export const SET_UP_LINK_MS = 24 * HOUR
/** How long somebody may take at the provider of single sign-on. */
export const SINGLE_SIGN_ON_MS = 10 * MINUTE
/** A session's last use is stored at most so often. */
export const TOUCH_MS = MINUTE
