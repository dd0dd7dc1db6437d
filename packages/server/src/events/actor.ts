export type { Actor, ActorKind } from '../kernel/actor.ts'
