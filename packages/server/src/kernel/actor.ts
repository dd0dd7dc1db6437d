export type ActorKind = 'person' | 'management-key' | 'host' | 'system' | 'verifier-key'

/** Who did something: kept with what he did, so the name is the one he had then. */
export interface Actor {
  kind: ActorKind
  /** Id of a person or a key; for `host` and `system` the command or the job. */
  id: string
  name: string | null
}
