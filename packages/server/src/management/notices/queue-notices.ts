import type { KeyType, SunsetRule } from '@keywright/core/configuration/key-type.ts'
import { makeId } from '@keywright/core/id.ts'
import { dueNotice, EXPIRY_NOTICE_DAYS, reachOf } from '@keywright/core/policy/sunset.ts'
import type { RawBuilder } from 'kysely'
import { listKeyTypes } from '../../store/key-types.ts'
import {
  expires,
  insertExpiryNoticesQuery,
  insertNoticeQuery,
  type NoticedKey,
  noticedKeysQueries,
  notTold,
  organizationsWith,
  retires,
  type SunsetScope,
} from '../../store/notices.ts'
import { organizationById, type StoredOrganization } from '../../store/organizations.ts'
import { insertMessageQuery } from '../../store/outbox.ts'
import type { Services } from '../services.ts'
import { commit, type Unit } from '../unit.ts'
import { expiryText, MOST_LISTED, type NoticeFacts, type NoticeText, sunsetText } from './notice-text.ts'
import { NOBODY_TO_TELL, recipientsOf } from './recipients.ts'
import { NOTICES, type NoticeSettings } from './settings.ts'

/**
 * Writes every notice that is due and was not written before into the outbox. What was announced is a row of its own in the same
 * transaction, so a notice is written once: after a restart, a long downtime, or with a clock that was set back.
 * @returns how many messages.
 */
export async function queueNotices(services: Services, settings: NoticeSettings): Promise<number> {
  const { database, clock } = services
  let queued = 0
  for (const { definition } of await listKeyTypes(database.reader, database.build)) {
    for (const rule of definition.sunset) {
      const days = dueNotice(rule.noticeDays, rule.retiredAt, clock.now())
      const reach = reachOf(definition, rule)
      if (days === null || reach === null) continue
      queued += await announceSunset(services, settings, { type: definition, rule, days, scope: { type: definition.slug, reach, retiredAt: rule.retiredAt } })
    }
  }
  // The shortest first: a key that was never announced gets the nearest notice alone.
  for (const days of EXPIRY_NOTICE_DAYS.toSorted((left, right) => left - right)) queued += await announceExpiry(services, settings, days)
  return queued
}

interface Sunset {
  type: KeyType
  rule: SunsetRule
  days: number
  scope: SunsetScope
}

function announceSunset(services: Services, settings: NoticeSettings, { type, rule, days, scope }: Sunset): Promise<number> {
  const subject = `${type.slug}/${rule.origin ?? '*'}`
  const told = notTold(subject, rule.retiredAt, days)
  return eachOrganization(services, [retires(scope), told], async (unit, organization) => {
    const found = await keysOf(unit, organization.id, retires(scope))
    const messageId = await write(services, unit, settings, organization, {
      kind: 'sunset',
      content: sunsetText(factsOf(unit, settings, organization, found), { ...rule, label: type.label ?? type.slug }),
      detail: { type: type.slug, origin: rule.origin, endsAt: rule.retiredAt, successor: rule.successor, days, keys: found.count },
    })
    const notice = { organization_id: organization.id, kind: 'sunset', subject, ends_at: rule.retiredAt, days, message_id: messageId, queued_at: unit.now }
    unit.defer(insertNoticeQuery(unit.build, notice))
  })
}

function announceExpiry(services: Services, settings: NoticeSettings, days: number): Promise<number> {
  return eachOrganization(services, [expires(days, services.clock.now())], async (unit, organization) => {
    const found = await keysOf(unit, organization.id, expires(days, unit.now))
    if (found.count === 0) return
    const messageId = await write(services, unit, settings, organization, {
      kind: 'expiry',
      content: expiryText(factsOf(unit, settings, organization, found)),
      detail: { days, keys: found.count, listed: found.keys.map((key) => key.id) },
    })
    unit.defer(insertExpiryNoticesQuery(unit.build, { organizationId: organization.id, days, messageId, now: unit.now }))
  })
}

/** One transaction an organization, until none is left; stops when a round brings nothing new. */
async function eachOrganization(
  services: Services,
  conditions: RawBuilder<boolean>[],
  announce: (unit: Unit, organization: StoredOrganization) => Promise<void>,
): Promise<number> {
  const { reader, build } = services.database
  const done = new Set<string>()
  for (;;) {
    const found = (await organizationsWith(reader, build, conditions)).filter((id) => !done.has(id))
    if (found.length === 0) return done.size
    for (const id of found) {
      done.add(id)
      await commit(services, NOTICES, async (unit) => {
        const organization = await organizationById(unit.transaction, build, id)
        if (organization && organization.status !== 'removed') await announce(unit, organization)
      })
    }
  }
}

async function keysOf(unit: Unit, organizationId: string, condition: RawBuilder<boolean>): Promise<{ count: number; keys: NoticedKey[] }> {
  const [counted, keys] = await unit.batch<[{ count: number }, NoticedKey]>(noticedKeysQueries(unit.build, organizationId, condition, MOST_LISTED))
  return { count: counted[0]?.count ?? 0, keys }
}

function factsOf(unit: Unit, settings: NoticeSettings, organization: StoredOrganization, found: { count: number; keys: NoticedKey[] }): NoticeFacts {
  return { organization, ...found, now: unit.now, publicUrl: settings.publicUrl, supportContact: settings.supportContact }
}

async function write(
  services: Services,
  unit: Unit,
  settings: NoticeSettings,
  organization: StoredOrganization,
  { kind, content, detail }: { kind: 'sunset' | 'expiry'; content: NoticeText; detail: Record<string, unknown> },
): Promise<string> {
  const id = makeId('message', unit.now, services.random(10))
  const recipients = await recipientsOf(unit, organization)
  const sendable = settings.send !== null && recipients.length > 0
  unit.defer(
    insertMessageQuery(unit.build, {
      id,
      organizationId: organization.id,
      kind,
      status: sendable ? 'queued' : 'kept',
      recipients,
      ...content,
      sealed: null,
      usableUntil: null,
      attempts: 0,
      nextAttemptAt: sendable ? unit.now : null,
      lastError: sendable ? null : settings.send === null ? 'No mail server is set up.' : NOBODY_TO_TELL,
      createdAt: unit.now,
      sentAt: null,
    }),
  )
  unit.audit({
    organizationId: organization.id,
    action: 'notice.queued',
    subject: { kind: 'message', id },
    detail: { kind, recipients: recipients.length, sendable, ...detail },
  })
  return id
}
