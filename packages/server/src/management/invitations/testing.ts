import { makeId } from '@keywright/core/id.ts'
import { CAPABILITIES, type Role } from '@keywright/core/permissions.ts'
import { testClock } from '../../kernel/clock.ts'
import { systemRandom } from '../../kernel/random.ts'
import { insertMemberQuery, type MemberRole } from '../../store/members.ts'
import { getMessage } from '../../store/outbox.ts'
import { insertPersonQuery } from '../../store/people.ts'
import { addOrganization, temporaryDatabase, TEST_NOW } from '../../store/testing.ts'
import { openMessage } from '../notices/private-message.ts'
import type { Caller, Services } from '../services.ts'
import type { InvitationSettings } from './settings.ts'

/** An installation without a server: people, organizations, use cases. */
export async function peopleWorld() {
  const database = await temporaryDatabase()
  const clock = testClock(TEST_NOW)
  const services: Services = {
    database,
    clock,
    random: systemRandom,
    masterKey: { id: '0123456789abcdef', bytes: new Uint8Array(32).fill(7) },
    afterCommit: async () => {},
  }
  const settings: InvitationSettings = { days: 7, consoleUrl: () => 'https://keys.example', supportContact: null, mailConfigured: true }
  const { build, reader } = database

  const person = async (email: string, verified = true): Promise<Caller> => {
    const id = makeId('person', clock.now(), systemRandom(10))
    const row = { id, email, name: email.split('@')[0] ?? '', emailVerified: verified, secondFactor: false }
    await database.write((transaction) => transaction.run(insertPersonQuery(build, { ...row, createdAt: 0, updatedAt: 0, lastSeenAt: null })))
    return { actor: { kind: 'person', id, name: row.name }, role: 'member', capabilities: new Set(CAPABILITIES), organizationId: null, requestId: null }
  }
  return {
    services,
    settings,
    database,
    clock,
    organization: (number: number) => addOrganization(database, number),
    person,
    /** Somebody who is a member already. */
    async member(organizationId: string, role: MemberRole, email: string): Promise<Caller & { memberId: string }> {
      const caller = await person(email)
      const id = makeId('member', clock.now(), systemRandom(10))
      const row = { id, organizationId, personId: caller.actor.id, role, invitedBy: null, createdAt: clock.now(), updatedAt: clock.now() }
      await database.write((transaction) => transaction.run(insertMemberQuery(build, row)))
      return { ...caller, role: role as Role, organizationId: role === 'operator' ? null : organizationId, memberId: id }
    },
    /** The token of the newest link in a message. */
    async tokenOf(messageId: string | null): Promise<string> {
      const message = await getMessage(reader, build, messageId ?? '')
      if (message === null) throw new Error('no such message')
      return /#([\w-]+)/.exec(openMessage(services, message).text)?.[1] ?? ''
    },
    async actions(): Promise<string[]> {
      return (await reader.all(build.selectFrom('audit_events').select('action').orderBy('number').compile())).map((row) => row.action)
    },
  }
}
