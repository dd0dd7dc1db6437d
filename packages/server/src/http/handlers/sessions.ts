import { formatInstant } from '@keywright/core/time.ts'
import { readKey } from '../../management/keys/read-keys.ts'
import { endSession } from '../../management/sessions/end-session.ts'
import { listSessions, type StoredSession } from '../../store/sessions.ts'
import { listSigningKeys, type StoredSigningKey } from '../../store/signing-keys.ts'
import { printCursor, readCreatedCursor } from '../cursor.ts'
import { type Call, handler, type Handlers } from '../handler.ts'

type ParentView = Awaited<ReturnType<typeof readKey>>

export const sessionHandlers: Handlers = {
  'sessions.list': handler<unknown, { limit: number; cursor?: string }>(async (call) => {
    const { reader, build } = call.context.services.database
    await call.context.flushSessions()
    const parent = await readKey(reader, build, call.organizationId, keyOf(call))
    const cursor = readCreatedCursor(call.query.cursor)
    const page = await listSessions(reader, build, call.organizationId, parent.key.id, { limit: call.query.limit, cursor })
    return { body: { items: page.items.map((session) => present(session, parent, call.now)), nextCursor: printCursor(page.next) } }
  }),
  'sessions.end': handler(async (call) => {
    const { services } = call.context
    await call.context.flushSessions()
    const place = { organizationId: call.organizationId, keyId: keyOf(call), sessionId: call.parameters.session as string }
    const session = await endSession(services, call.caller, place)
    const parent = await readKey(services.database.reader, services.database.build, call.organizationId, keyOf(call))
    return { body: present(session, parent, services.clock.now()) }
  }),
  'signing-keys.list': handler(async ({ context }) => {
    const { reader, build } = context.services.database
    return { body: { items: (await listSigningKeys(reader, build)).map(presentSigningKey) } }
  }),
  'signing-keys.rotate': handler(async ({ context, caller }) => ({ body: presentSigningKey(await context.signing.rotate(caller)) })),
}

function keyOf(call: Call): string {
  return call.parameters.key as string
}

/** What a verifier would say of it, short of the checks that need a request. */
function statusOf({ endedAt, expiresAt, epoch, secretVersion }: StoredSession, { key, versions }: ParentView, now: number): string {
  if (endedAt !== null) return 'ended'
  if (now >= expiresAt) return 'expired'
  const version = versions.find((each) => each.number === secretVersion)
  if (epoch !== key.epoch || version === undefined || (version.endsAt !== null && now >= version.endsAt)) return 'superseded'
  return key.expiresAt !== null && now >= key.expiresAt ? 'expired' : 'live'
}

function present(session: StoredSession, parent: ParentView, now: number) {
  const { id, issuedAt, expiresAt, endedAt, secretVersion, audience, address, client } = session
  return {
    id,
    status: statusOf(session, parent, now),
    issuedAt: formatInstant(issuedAt),
    expiresAt: formatInstant(expiresAt),
    endedAt: endedAt === null ? null : formatInstant(endedAt),
    secretVersion,
    audience,
    address,
    client,
  }
}

function presentSigningKey({ kid, createdAt, retiredAt, acceptedUntil }: StoredSigningKey) {
  return {
    kid,
    current: acceptedUntil === null,
    createdAt: formatInstant(createdAt),
    retiredAt: retiredAt === null ? null : formatInstant(retiredAt),
    acceptedUntil: acceptedUntil === null ? null : formatInstant(acceptedUntil),
  }
}
