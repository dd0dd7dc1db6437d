import { type EventFacts, type Part, sentence, SENTENCES } from '../text/audit.ts'

export type { Part } from '../text/audit.ts'

export interface ActorFacts {
  kind: keyof typeof sentence.actor
  id: string
  name: string | null
}

/** What an event says, without who did it. */
export function describeEvent(event: EventFacts): Part[] {
  const say = Object.hasOwn(SENTENCES, event.action) ? SENTENCES[event.action] : undefined
  return (say ?? sentence.unknown)(event).filter((part) => part !== '')
}

/** Who did it, by the name of then. */
export function actorName(actor: ActorFacts): string {
  return actor.name ?? sentence.actor[actor.kind]
}

/** The whole sentence as plain text: for screen readers and titles. */
export function eventText(event: EventFacts & { actor: ActorFacts }): string {
  return `${actorName(event.actor)} ${describeEvent(event)
    .map((part) => (typeof part === 'string' ? part : part.label))
    .join('')}`
}
