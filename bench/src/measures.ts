import type { Measure } from './measure.ts'

/** All measures in the order of the report; loaded only when they run. */
export const MEASURES = {
  decision: async (): Promise<Measure> => (await import('./decision.ts')).decision,
  sessionToken: async (): Promise<Measure> => (await import('./session-token.ts')).sessionToken,
  replicaBytes: async (): Promise<Measure> => (await import('./replica-bytes.ts')).replicaBytes,
  verifier: async (): Promise<Measure> => (await import('./verifier.ts')).verifier,
  revocation: async (): Promise<Measure> => (await import('./revocation.ts')).revocation,
  http: async (): Promise<Measure> => (await import('./http.ts')).http,
  nginx: async (): Promise<Measure> => (await import('./nginx.ts')).nginx,
  issuing: async (): Promise<Measure> => (await import('./issuing.ts')).issuing,
  underLoad: async (): Promise<Measure> => (await import('./under-load.ts')).underLoad,
  list: async (): Promise<Measure> => (await import('./list.ts')).list,
  start: async (): Promise<Measure> => (await import('./start.ts')).start,
}
export type MeasureName = keyof typeof MEASURES
