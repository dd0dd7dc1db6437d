import type { CreateOrganization } from '@keywright/core/contract/organizations.ts'
import { FIRST_ENVIRONMENTS } from '@keywright/core/configuration/configuration.ts'
import { isReservedSlug, OWN_ENVIRONMENT } from '@keywright/core/configuration/reserved.ts'
import { makeId } from '@keywright/core/id.ts'
import { AppError, type FieldError } from '@keywright/core/problem-code.ts'
import { putAddressList } from '../../store/address-lists.ts'
import { listKeyTypes } from '../../store/key-types.ts'
import { insertMemberQuery } from '../../store/members.ts'
import { insertOrganization, organizationOfName, type StoredOrganization } from '../../store/organizations.ts'
import { getListSetting } from '../../store/settings.ts'
import { autoProvision } from '../keys/auto-provision.ts'
import type { Caller, Services } from '../services.ts'
import { commit, type Unit } from '../unit.ts'
import { founderMember, founderOf } from './founder.ts'
import { toOrganizationRecord, toRow } from './organization-row.ts'

/**
 * Creates an organization with its first address lists and the keys that come by themselves, all in one transaction. A person who
 * is no operator gives slug and name, and becomes its owner; an operator becomes no member.
 */
export async function createOrganization(services: Services, caller: Caller, input: CreateOrganization): Promise<StoredOrganization> {
  return commit(services, caller, async (unit) => {
    const { build, transaction, now } = unit
    const founder = await founderOf(unit, caller, input)
    const known = await getListSetting(transaction, build, 'environments')
    const organization: StoredOrganization = {
      id: makeId('organization', now, services.random(10)),
      slug: input.slug,
      name: input.name ?? input.slug,
      status: 'active',
      aliases: input.aliases.toSorted(),
      entitlements: input.entitlements,
      environments: input.environments ?? (known.length > 0 ? known : FIRST_ENVIRONMENTS),
      contacts: input.contacts,
      createdAt: now,
      updatedAt: now,
      revision: 1,
    }
    await checkOrganization(unit, organization, null)
    await insertOrganization(transaction, build, organization)
    if (founder !== null) unit.defer(insertMemberQuery(build, founderMember(services, unit, organization.id, founder.id)))
    unit.change({ kind: 'organization', organization: toOrganizationRecord(organization) })
    const { slug, name, aliases, entitlements, environments, contacts } = organization
    unit.audit({
      organizationId: organization.id,
      action: 'organization.created',
      subject: { kind: 'organization', id: organization.id },
      detail: { slug, name, aliases, entitlements, environments, contacts: contacts.length, ...(founder === null ? {} : { owner: founder.id }) },
      ...(contacts.length === 0 ? {} : { personal: { contacts: contacts.join(', ') } }),
    })
    const types = (await listKeyTypes(transaction, build)).map((stored) => stored.definition)
    for (const type of types) {
      const { organizationList } = type.addresses
      if (organizationList === 'none') continue
      await putAddressList(transaction, build, organization.id, type.slug, organizationList, now)
      unit.change({ kind: 'addressList', addressList: { organizationId: organization.id, type: type.slug, addresses: organizationList } })
    }
    await autoProvision(services, caller, unit, toRow(organization), types)
    return organization
  })
}

/** Refuses names that are taken or twice, unknown entitlements and the like: all mistakes at once. */
export async function checkOrganization(unit: Unit, organization: StoredOrganization, before: StoredOrganization | null): Promise<void> {
  const { build, transaction } = unit
  const errors: FieldError[] = []
  const taken: FieldError[] = []
  if (isReservedSlug(organization.slug)) errors.push({ path: 'slug', code: 'reserved', message: 'Slugs that begin with "kw" are Keywright\'s own.' })
  const names = [{ path: 'slug', name: organization.slug }, ...organization.aliases.map((name, index) => ({ path: `aliases[${index}]`, name }))]
  for (const [index, { path, name }] of names.entries()) {
    if (names.findIndex((each) => each.name.toLowerCase() === name.toLowerCase()) !== index)
      errors.push({ path, code: 'repeated', message: `"${name}" stands twice.` })
    const holder = await organizationOfName(transaction, build, name)
    if (holder && holder.organizationId !== organization.id) taken.push({ path, code: 'taken', message: `"${name}" is in use.` })
  }
  const entitlements = await getListSetting(transaction, build, 'entitlements')
  for (const [index, entitlement] of organization.entitlements.entries()) {
    if (!entitlements.includes(entitlement) && !before?.entitlements.includes(entitlement))
      errors.push({ path: `entitlements[${index}]`, code: 'unknown', message: `There is no entitlement "${entitlement}" in the configuration.` })
    if (organization.entitlements.indexOf(entitlement) !== index)
      errors.push({ path: `entitlements[${index}]`, code: 'repeated', message: `"${entitlement}" stands twice.` })
  }
  for (const [index, environment] of organization.environments.entries()) {
    if (environment === OWN_ENVIRONMENT)
      errors.push({ path: `environments[${index}]`, code: 'reserved', message: `The environment "${environment}" is Keywright's own.` })
    if (organization.environments.indexOf(environment) !== index)
      errors.push({ path: `environments[${index}]`, code: 'repeated', message: `"${environment}" stands twice.` })
  }
  for (const [index, contact] of organization.contacts.entries()) {
    if (organization.contacts.findIndex((each) => each.toLowerCase() === contact.toLowerCase()) !== index)
      errors.push({ path: `contacts[${index}]`, code: 'repeated', message: `"${contact}" stands twice.` })
  }
  if (errors.length > 0) throw new AppError('invalid_request', 'The organization cannot be like this.', { errors: [...errors, ...taken] })
  if (taken.length > 0) throw new AppError('slug_taken', 'That slug or alias is in use.', { errors: taken })
}
