export type ActorKind = 'management-key' | 'host' | 'system' | 'verifier-key'

/** Who did something: kept with what he did, so the name is the one he had then. */
export interface Actor {
  kind: ActorKind
  /** Key id; for `host` and `system` the command or the job. */
  id: string
  name: string | null
}
