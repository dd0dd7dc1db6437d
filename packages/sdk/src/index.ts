/** What `import ... from '@keywright/sdk'` gives: the client of the HTTP API, and the verifier that decides in this process. */
export { createClient } from './client/client.ts'
export type * from './client/contract.ts'
export { KeywrightError } from './client/keywright-error.ts'
export type { Unavailable, UnavailableDetail, VerifierDecision } from './verifier/decision.ts'
export { isUnavailable } from './verifier/decision.ts'
export type { VerifierOptions } from './verifier/options.ts'
export type { Asked, DescribedRequest, VerifyInput } from './verifier/request.ts'
export { createVerifier, Verifier, type VerifierEvents, type VerifierStatus } from './verifier/verifier.ts'
