import type { Measure } from './measure.ts'

/** All measures in the order of the report; loaded only when they run. */
export const MEASURES = {
  decision: async (): Promise<Measure> => (await import('./decision.ts')).decision,
  replicaBytes: async (): Promise<Measure> => (await import('./replica-bytes.ts')).replicaBytes,
  http: async (): Promise<Measure> => (await import('./http.ts')).http,
  issuing: async (): Promise<Measure> => (await import('./issuing.ts')).issuing,
}
export type MeasureName = keyof typeof MEASURES
