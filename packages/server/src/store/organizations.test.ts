import { expect, test } from 'vitest'
import { isUniqueViolation } from './drivers/sqlite/errors.ts'
import {
  eachOrganizationPage,
  insertOrganization,
  listOrganizations,
  organizationById,
  organizationByIdOrSlug,
  organizationOfName,
  updateOrganization,
} from './organizations.ts'
import { addOrganization, collect, organizationId, temporaryDatabase, TEST_NOW } from './testing.ts'

test('is found by id and slug, and by an alias only where aliases count', async () => {
  const database = await temporaryDatabase()
  await addOrganization(database, 1, 'acme', ['partner-7', 'Acme Inc'])
  const { reader, build } = database
  const organization = await organizationById(reader, build, organizationId(1))
  expect(organization).toMatchObject({ slug: 'acme', aliases: ['Acme Inc', 'partner-7'], environments: ['live', 'test'] })
  expect(await organizationByIdOrSlug(reader, build, 'acme')).toEqual(organization)
  expect(await organizationByIdOrSlug(reader, build, organizationId(1))).toEqual(organization)
  expect(await organizationByIdOrSlug(reader, build, 'partner-7')).toBeNull()
  expect(await organizationOfName(reader, build, 'partner-7')).toEqual({ organizationId: organizationId(1), kind: 'alias' })
  expect(await organizationOfName(reader, build, 'nobody')).toBeNull()
})

test('slugs and aliases are one namespace', async () => {
  const database = await temporaryDatabase()
  await addOrganization(database, 1, 'acme', ['partner-7'])
  const attempt = async (slug: string, aliases: string[]) => addOrganization(database, 2, slug, aliases).catch((error: unknown) => error)
  expect(isUniqueViolation(await attempt('partner-7', []), 'organization_names.name')).toBe(true)
  expect(isUniqueViolation(await attempt('other', ['acme']), 'organization_names.name')).toBe(true)
  expect(await organizationById(database.reader, database.build, organizationId(2))).toBeNull()
})

test('an update replaces the names and frees the old ones', async () => {
  const database = await temporaryDatabase()
  await addOrganization(database, 1, 'acme', ['partner-7'])
  const before = await organizationById(database.reader, database.build, organizationId(1))
  if (!before) throw new Error('missing')
  const after = { ...before, slug: 'acme-2', aliases: ['acme'], status: 'suspended' as const, revision: 2, updatedAt: TEST_NOW + 5 }
  await database.write((transaction) => updateOrganization(transaction, database.build, after))
  expect(await organizationById(database.reader, database.build, organizationId(1))).toEqual(after)
  expect(await organizationOfName(database.reader, database.build, 'partner-7')).toBeNull()
})

test('lists newest first, searches names, slugs and aliases, and pages', async () => {
  const database = await temporaryDatabase()
  for (const [index, slug] of ['alpha', 'beta', 'gamma'].entries()) await addOrganization(database, index + 1, slug, [`vendor-${slug}`])
  const list = async (filter: Partial<Parameters<typeof listOrganizations>[2]>) => listOrganizations(database.reader, database.build, { limit: 10, ...filter })
  expect((await list({})).items.map((each) => each.slug)).toEqual(['gamma', 'beta', 'alpha'])
  expect((await list({ q: 'BET' })).items.map((each) => each.slug)).toEqual(['beta'])
  expect((await list({ q: 'vendor-g' })).items.map((each) => each.slug)).toEqual(['gamma'])
  expect((await list({ exceptId: organizationId(3), status: 'active' })).items).toHaveLength(2)
  const first = await list({ limit: 2 })
  expect(first.next).not.toBeNull()
  const second = await list({ limit: 2, ...(first.next && { cursor: first.next }) })
  expect([second.items.map((each) => each.slug), second.next]).toEqual([['alpha'], null])
  const all = await collect(eachOrganizationPage(database.reader, database.build, 2))
  expect(all.map((each) => each.slug)).toEqual(['alpha', 'beta', 'gamma'])
})

test('the same id twice is refused', async () => {
  const database = await temporaryDatabase()
  await addOrganization(database, 1, 'acme')
  const twin = {
    id: organizationId(1),
    slug: 'twin',
    name: 'Twin',
    status: 'active' as const,
    aliases: [],
    entitlements: [],
    environments: [],
    contacts: [],
    createdAt: 1,
    updatedAt: 1,
    revision: 1,
  }
  await expect(database.write((transaction) => insertOrganization(transaction, database.build, twin))).rejects.toThrow(/organizations\.id/)
})
