import type { Caller, Services } from '../management/services.ts'
import { commit } from '../management/unit.ts'

/** So many refusals of one caller in a minute have an event each. A person comes nowhere near; a program that tries on and on does. */
const EACH_TOLD = 100
const MINUTE = 60_000
/** Of a sum, so many kinds are named. */
const MOST_KINDS = 20

export interface RefusedCommand {
  /** Null: told of at the installation. */
  organizationId: string | null
  subject: { kind: string; id: string }
  operation: string
  code: string
  reason: string
}

interface Tally {
  caller: Caller
  minute: number
  told: number
  /** Beyond `EACH_TOLD`: how many of which operation and code, by organization. */
  more: Map<string | null, Map<string, number>>
}

/**
 * Refused commands as audit events. Events are kept for ever, so whoever is refused again and again must not fill the disk with them: beyond
 * a bound they are added up and told once a minute, never dropped.
 */
export class RefusedCommands {
  readonly #services: Services
  readonly #onFailure: (error: unknown, caller: Caller) => void
  readonly #tallies = new Map<string, Tally>()
  #timer: ReturnType<typeof setTimeout> | null = null
  #closed = false

  constructor(services: Services, onFailure: (error: unknown, caller: Caller) => void) {
    this.#services = services
    this.#onFailure = onFailure
  }

  async note(caller: Caller, command: RefusedCommand): Promise<void> {
    const tally = await this.#tallyOf(caller)
    if (tally.told >= EACH_TOLD && !this.#closed) return this.#add(tally, command)
    tally.told++
    const { organizationId, subject, operation, code, reason } = command
    await this.#write(caller, [{ organizationId, subject, detail: { operation, code, reason } }])
  }

  /** Tells what was added up, and begins anew. */
  async flush(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    const tallies = [...this.#tallies.values()]
    this.#tallies.clear()
    for (const tally of tallies) await this.#tell(tally)
  }

  /** Tells the rest. What is refused while the server drains is told each by itself: nobody would add it up. */
  async close(): Promise<void> {
    this.#closed = true
    await this.flush()
  }

  /** Of the minute of now; what an earlier one has left is told before. */
  async #tallyOf(caller: Caller): Promise<Tally> {
    const name = `${caller.actor.kind} ${caller.actor.id}`
    const minute = Math.floor(this.#services.clock.now() / MINUTE)
    const known = this.#tallies.get(name)
    if (known !== undefined && known.minute === minute) return known
    const begun: Tally = { caller, minute, told: 0, more: new Map() }
    this.#tallies.set(name, begun)
    this.#timer ??= setTimeout(() => void this.flush(), MINUTE).unref()
    if (known !== undefined) await this.#tell(known)
    return begun
  }

  #add({ more }: Tally, { organizationId, operation, code }: RefusedCommand): void {
    const kinds = more.get(organizationId) ?? new Map<string, number>()
    more.set(organizationId, kinds)
    const kind = `${operation} ${code}`
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
  }

  async #tell({ caller, more }: Tally): Promise<void> {
    const sums = [...more].map(([organizationId, kinds]) => {
      const sum = [...kinds.values()].reduce((all, count) => all + count, 0)
      const most = [...kinds].toSorted(([, left], [, right]) => right - left).slice(0, MOST_KINDS)
      const reason = `${sum} more ${sum === 1 ? 'command' : 'commands'} within a minute.`
      const detail = { operation: 'various', code: 'various', reason, more: sum, kinds: Object.fromEntries(most) }
      return { organizationId, subject: { kind: 'organization', id: organizationId ?? '' }, detail }
    })
    // Of no one request.
    if (sums.length > 0) await this.#write({ ...caller, requestId: null }, sums)
  }

  async #write(
    caller: Caller,
    events: { organizationId: string | null; subject: RefusedCommand['subject']; detail: Record<string, unknown> }[],
  ): Promise<void> {
    try {
      await commit(this.#services, caller, async (unit) => {
        for (const event of events) unit.audit({ ...event, action: 'command.refused' })
      })
    } catch (failure) {
      this.#onFailure(failure, caller)
    }
  }
}
