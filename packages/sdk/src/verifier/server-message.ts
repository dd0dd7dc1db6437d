import type { Change, Cursor } from '@keywright/core/replica/change.ts'
import type { ServerMessage } from '@keywright/core/replica/stream.ts'

type Kind = (value: unknown) => boolean

const isText: Kind = (value) => typeof value === 'string'
const isWhole: Kind = (value) => Number.isSafeInteger(value) && (value as number) >= 0
/** Anything else would make times that are before and after nothing: then no key would expire. */
const isNumber: Kind = (value) => typeof value === 'number' && Number.isFinite(value)
const isDuration: Kind = (value) => isNumber(value) && (value as number) >= 0
const isCursor: Kind = (value) => typeof value === 'object' && value !== null && isWhole((value as Cursor).number) && isText((value as Cursor).mark)

/** What the messages hold that is read, by type. */
const FIELDS: { [Type in ServerMessage['type']]: Record<string, Kind> } = {
  welcome: { protocol: isNumber, installation: isText, stalenessSeconds: isDuration, pingSeconds: isDuration },
  snapshot: { snapshot: isText, from: isCursor, next: isWhole, keys: isWhole },
  snapshotEnd: { until: isWhole },
  changes: { from: isWhole, to: isCursor, changes: Array.isArray },
  pong: { id: isWhole, now: isNumber },
  usageTaken: { batch: isWhole },
  leased: { key: isText, lease: (value) => value === null || isWhole(value), calls: isWhole, holdMs: isDuration, retryAfterMs: isDuration },
  goodbye: { code: isText, detail: isText },
}

const CHANGE_KINDS: Record<Change['kind'], true> = {
  key: true,
  organization: true,
  keyType: true,
  keyTypeRemoved: true,
  api: true,
  apiRemoved: true,
  addressList: true,
  signingKey: true,
  sessionEnded: true,
}

/** @throws TypeError or SyntaxError when it is no message that can be acted on. Types that are not known are passed over: null. */
export function readServerMessage(text: string): ServerMessage | null {
  const message = JSON.parse(text) as Record<string, unknown> | null
  if (typeof message !== 'object' || message === null || typeof message['type'] !== 'string') throw new TypeError('a message has no type')
  const { type } = message
  if (!Object.hasOwn(FIELDS, type)) return null
  for (const [name, is] of Object.entries(FIELDS[type as ServerMessage['type']]))
    if (!is(message[name])) throw new TypeError(`a message "${type}" comes without a "${name}" that can be read`)
  return message as unknown as ServerMessage
}

/** @throws TypeError when it is of a kind that cannot be applied: what it changes is not known, so nothing may be decided without it. */
export function checkChange(change: unknown): asserts change is Change {
  const kind: unknown = (change as Change | null | undefined)?.kind
  if (typeof kind !== 'string' || !Object.hasOwn(CHANGE_KINDS, kind))
    throw new TypeError(`it tells of a change (${String(kind).slice(0, 40)}) that this version of @keywright/sdk does not know; bring the SDK up to date`)
}
