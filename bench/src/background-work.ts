import { organizationSlug } from './fill.ts'
import type { Keywright } from './processes.ts'

const ISSUED_A_SECOND = 200
const MOST_AT_ONCE = 64

export interface Done {
  issued: number
  pages: number
  /** Milliseconds of each. */
  backups: number[]
  seconds: number
}

const pause = (milliseconds: number) => new Promise((done) => setTimeout(done, milliseconds))

/** Issues 200 keys a second into the first filled organization, lists all its keys page by page and makes backups, one after another. */
export function startWork(server: Keywright): { stop(): Promise<Done> } {
  const start = performance.now()
  const done: Done = { issued: 0, pages: 0, backups: [], seconds: 0 }
  const ending = new AbortController()
  const { signal } = ending
  const path = `/v1/organizations/${organizationSlug(0)}/keys`

  const issueOne = async () => {
    await server.call('POST', path, server.admin, { type: 'bench', addresses: [{ cidr: '10.0.0.0/8' }] })
    done.issued++
  }
  const issue = async () => {
    const open = new Set<Promise<void>>()
    for (let asked = 0; !signal.aborted; await pause(2)) {
      for (; asked < ((performance.now() - start) * ISSUED_A_SECOND) / 1000 && open.size < MOST_AT_ONCE; asked++) {
        const call: Promise<void> = issueOne()
          .catch((error: unknown) => ending.abort(error))
          .finally(() => open.delete(call))
        open.add(call)
      }
    }
    await Promise.all(open)
  }
  const list = async () => {
    for (let cursor: string | null = null; !signal.aborted; done.pages++) {
      const query: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`
      cursor = ((await server.call('GET', `${path}?limit=100${query}`, server.admin)) as { nextCursor: string | null }).nextCursor
    }
  }
  const backUp = async () => {
    while (!signal.aborted) done.backups.push(await server.backup())
  }
  const all = Promise.all([issue(), list(), backUp()].map((work) => work.catch((error: unknown) => ending.abort(error))))
  const stopped = Symbol('stopped')
  return {
    async stop() {
      ending.abort(stopped)
      done.seconds = (performance.now() - start) / 1000
      await all
      // What failed ended the others, and its error is the reason.
      if (signal.reason !== stopped) throw signal.reason
      return done
    },
  }
}
