import { RESERVED_ORGANIZATION_ID } from '@keywright/core/id.ts'
import { createOrganization as schema } from '@keywright/core/contract/organizations.ts'
import { expect, test } from 'vitest'
import { countMembers, memberOf } from '../../store/members.ts'
import { requireReservedOrganization } from '../credentials/own-keys.ts'
import { peopleWorld } from '../invitations/testing.ts'
import { commit } from '../unit.ts'
import { createOrganization } from './create-organization.ts'
import { MOST_OWNED } from './founder.ts'

test('whoever creates an organization for himself becomes its owner, and says no more than slug and name', async () => {
  const { services, database, person } = await peopleWorld()
  const { reader, build } = database
  const ann = await person('ann@example.com')
  const made = await createOrganization(services, ann, schema.parse({ slug: 'harbour', name: 'Harbour' }))
  expect(await memberOf(reader, build, made.id, ann.actor.id)).toMatchObject({ role: 'owner', invitedBy: null })
  for (const more of [{ aliases: ['acme'] }, { entitlements: ['plus'] }, { environments: ['live'] }, { contacts: ['a@example.com'] }])
    await expect(createOrganization(services, ann, schema.parse({ slug: 'second', ...more }))).rejects.toMatchObject({
      code: 'invalid_request',
      errors: [{ path: Object.keys(more)[0] }],
    })
  await expect(createOrganization(services, ann, schema.parse({ slug: 'Harbour'.toLowerCase() }))).rejects.toMatchObject({ code: 'slug_taken' })
  const unverified = await person('bob@example.com', false)
  await expect(createOrganization(services, unverified, schema.parse({ slug: 'second' }))).rejects.toMatchObject({ code: 'forbidden' })
})

test('nobody takes all the names', async () => {
  const { services, person } = await peopleWorld()
  const ann = await person('ann@example.com')
  for (let number = 0; number < MOST_OWNED; number++) await createOrganization(services, ann, schema.parse({ slug: `harbour-${number}` }))
  await expect(createOrganization(services, ann, schema.parse({ slug: 'one-more' }))).rejects.toMatchObject({ code: 'forbidden' })
})

test('an operator who creates an organization becomes no member of it', async () => {
  const { services, database, member } = await peopleWorld()
  const system = {
    actor: { kind: 'host', id: 'test', name: null },
    role: 'operator',
    capabilities: new Set<never>(),
    organizationId: null,
    requestId: null,
  } as const
  await commit(services, system, (unit) => requireReservedOrganization(unit))
  const operator = await member(RESERVED_ORGANIZATION_ID, 'operator', 'ops@example.com')
  const made = await createOrganization(services, operator, schema.parse({ slug: 'harbour', aliases: ['hbr'] }))
  expect(await countMembers(database.reader, database.build, made.id)).toBe(0)
})
