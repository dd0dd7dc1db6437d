import type { KeyType } from '@keywright/core/configuration/key-type.ts'
import { keyTypeInFull, printCarrier, printCompanion } from '@keywright/core/configuration/print.ts'
import type { IssueKey, KeyBody, ReplaceKey, UpdateKey } from '@keywright/core/contract/keys.ts'
import { formatInstant } from '@keywright/core/time.ts'
import { activateKey, deactivateKey, removeKey } from '../../management/keys/change-status.ts'
import { checkAddress } from '../../management/keys/check-address.ts'
import { issueKey, type IssuedKey } from '../../management/keys/issue-key.ts'
import type { LoadedKey } from '../../management/keys/load-key.ts'
import { readKey, readKeys } from '../../management/keys/read-keys.ts'
import { readOffers } from '../../management/keys/read-offers.ts'
import { finishOverlap, replaceKey } from '../../management/keys/replace-key.ts'
import { revealSecret } from '../../management/keys/reveal-secret.ts'
import { updateKey } from '../../management/keys/update-key.ts'
import type { Unit } from '../../management/unit.ts'
import { listAuditEvents } from '../../store/audit-events.ts'
import type { ReadTransaction } from '../../store/database.ts'
import { organizationById, type StoredOrganization } from '../../store/organizations.ts'
import { lastSeenOfKey, refusalsOfKey, usageSeries } from '../../store/usage.ts'
import { creatingCaller } from '../creating.ts'
import { printCursor, readCreatedCursor, readNumberCursor } from '../cursor.ts'
import { etagOf } from '../etag.ts'
import { type Call, handler, type Handlers } from '../handler.ts'
import { presentAuditEvent } from '../present/audit-event.ts'
import { presentKey } from '../present/key.ts'

type KeyCommand = (services: Call['context']['services'], caller: Call['caller'], organizationId: string, keyId: string) => Promise<LoadedKey>

/** A command that answers with the key. */
function command(run: KeyCommand) {
  return handler<unknown, unknown>(async (call) => {
    await run(call.context.services, call.caller, call.organizationId, keyOf(call))
    return readBack(call)
  })
}

export const keyHandlers: Handlers = {
  'key-types.offers': handler(async (call) => {
    const { database } = call.context.services
    const organization = (await organizationById(database.reader, database.build, call.organizationId)) as StoredOrganization
    const offers = await readOffers(database.reader, database.build, organization, call.now)
    return {
      body: {
        items: offers.map(({ type, environments, use, reason, apis }) => ({
          type: type.slug,
          label: type.label ?? type.slug,
          description: type.description,
          offered: reason === null,
          reason,
          environments,
          use,
          policy: keyTypeInFull(type as KeyType),
          apis: apis.map((api) => ({ ...api, carriers: api.carriers.map(printCarrier), companions: api.companions.map(printCompanion) })),
        })),
      },
    }
  }),
  'keys.list': handler<unknown, { limit: number; cursor?: string }>(async (call) => {
    const { database } = call.context.services
    const { cursor, ...filter } = call.query
    const page = await readKeys(database.reader, database.build, call.organizationId, { ...filter, cursor: readCreatedCursor(cursor) }, call.now)
    const organization = organizationOf(call)
    return { body: { items: page.items.map((view) => presentKey(view, organization, call.now)), nextCursor: printCursor(page.next) } }
  }),
  'keys.issue': handler<IssueKey, unknown>(async (call) => {
    const present = (issued: IssuedKey) => ({ key: presentKey({ ...issued, lastSeen: null }, issued.organization, call.now), secret: issued.secret.reveal() })
    const caller = creatingCaller(call, present, (issued) => issued.type)
    return { body: present(await issueKey(call.context.services, caller, call.organizationId, call.body)) }
  }),
  'keys.get': handler(async (call) => {
    await call.context.flushUsage()
    return readBack(call)
  }),
  'keys.update': handler<UpdateKey, unknown>(async (call) => {
    await updateKey(call.context.services, call.caller, call.organizationId, keyOf(call), call.body)
    return readBack(call)
  }),
  'keys.remove': command(removeKey),
  'keys.activate': command(activateKey),
  'keys.deactivate': command(deactivateKey),
  'keys.finish-overlap': command(finishOverlap),
  'keys.replace': handler<ReplaceKey, unknown>(async (call) => {
    const stored = async (_replaced: LoadedKey, unit: Unit) => ({ key: (await readBack(call, unit.transaction)).body })
    const caller = creatingCaller(call, stored, (replaced) => replaced.type)
    const { secret } = await replaceKey(call.context.services, caller, call.organizationId, keyOf(call), call.body)
    const { body, etag } = await readBack(call)
    return { body: { key: body, secret: secret.reveal() }, etag }
  }),
  'keys.reveal': handler(async (call) => ({ body: { secret: await revealSecret(call.context.services, call.caller, call.organizationId, keyOf(call)) } })),
  'keys.check-address': handler<{ address: string }, unknown>(async (call) => {
    const { database } = call.context.services
    return { body: await checkAddress(database.reader, database.build, call.organizationId, keyOf(call), call.body.address) }
  }),
  'keys.usage': handler<unknown, { from?: number; to?: number; per: 'minute' | 'hour' | 'day' }>(async (call) => {
    await call.context.flushUsage()
    const { reader, build } = call.context.services.database
    await readKey(reader, build, call.organizationId, keyOf(call))
    const to = call.query.to ?? call.now + 60_000
    const range = { from: call.query.from ?? to - 7 * 86_400_000, to }
    const [lastSeen, series, refusals] = await Promise.all([
      lastSeenOfKey(reader, build, call.organizationId, keyOf(call)),
      usageSeries(reader, build, call.organizationId, keyOf(call), { ...range, step: call.query.per }),
      refusalsOfKey(reader, build, call.organizationId, keyOf(call), { ...range, limit: 100 }),
    ])
    return {
      body: {
        lastSeen: lastSeen.map(({ version, at, address, client, calls }) => ({ secretVersion: version, at: formatInstant(at), address, client, calls })),
        series: series.map(({ at, decision, calls }) => ({ at: formatInstant(at), decision, calls })),
        refusals: refusals.map(({ decision, address, calls, lastMinute }) => ({
          reason: decision,
          address,
          calls,
          lastAt: formatInstant(lastMinute * 60_000),
        })),
      },
    }
  }),
  'keys.events': handler<unknown, { limit: number; cursor?: string }>(async (call) => {
    const { reader, build } = call.context.services.database
    await readKey(reader, build, call.organizationId, keyOf(call))
    const before = readNumberCursor(call.query.cursor)
    const page = await listAuditEvents(reader, build, {
      organizationId: call.organizationId,
      subjectKind: 'key',
      subjectId: keyOf(call),
      limit: call.query.limit,
      ...(before === undefined ? {} : { before }),
    })
    return { body: { items: page.items.map(presentAuditEvent), nextCursor: printCursor(page.next) } }
  }),
}

function keyOf(call: Call): string {
  return call.parameters.key as string
}

function organizationOf(call: Call): { id: string; slug: string } {
  const entry = call.context.verifier.replica.organizationNamed(call.organizationId)
  return { id: call.organizationId, slug: entry?.slug ?? call.organizationId }
}

async function readBack(call: Call, reader: ReadTransaction = call.context.services.database.reader): Promise<{ body: KeyBody; etag: string }> {
  const { database, clock } = call.context.services
  const view = await readKey(reader, database.build, call.organizationId, keyOf(call))
  return { body: presentKey(view, organizationOf(call), clock.now()), etag: etagOf({ revision: view.key.revision }) }
}
