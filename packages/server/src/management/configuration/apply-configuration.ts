import { checkAddressLists, checkConfiguration, type Configuration } from '@keywright/core/configuration/check.ts'
import type { ConfigurationFile } from '@keywright/core/configuration/configuration.ts'
import { type ConfigurationChange, diffConfiguration } from '@keywright/core/configuration/diff.ts'
import type { KeyType } from '@keywright/core/configuration/key-type.ts'
import { mergeConfiguration } from '@keywright/core/configuration/merge.ts'
import { RESERVED_ORGANIZATION_ID } from '@keywright/core/id.ts'
import { AppError, type FieldError } from '@keywright/core/problem-code.ts'
import { getAddressList, putAddressList } from '../../store/address-lists.ts'
import { putApi } from '../../store/apis.ts'
import type { ReadTransaction } from '../../store/database.ts'
import { putKeyType } from '../../store/key-types.ts'
import { countKeysOfType } from '../../store/keys.ts'
import { eachOrganizationPage, organizationByIdOrSlug, type StoredOrganization } from '../../store/organizations.ts'
import type { Build } from '../../store/precompile.ts'
import { destroyCiphertextsOfType } from '../../store/secret-versions.ts'
import { putSettingQuery } from '../../store/settings.ts'
import { autoProvision } from '../keys/auto-provision.ts'
import { toRow } from '../organizations/organization-row.ts'
import type { Caller, Services } from '../services.ts'
import { commit, type Unit } from '../unit.ts'
import { readConfiguration } from './read-configuration.ts'

/** A change with the keys and organizations it touches now. */
export interface CountedChange extends Omit<ConfigurationChange, 'section'> {
  section: string
  keys: number
  organizations: number
}

/** What applying the file would change. @throws AppError `invalid_configuration` with every mistake. */
export async function diffFile(reader: ReadTransaction, build: Build, file: ConfigurationFile): Promise<CountedChange[]> {
  const stored = await readConfiguration(reader, build)
  const { merged, lists } = await check(reader, build, stored, file)
  return countChanges(reader, build, stored, merged, lists)
}

/** Creates and changes what the file names, in one transaction; deletes nothing. */
export async function applyFile(services: Services, caller: Caller, file: ConfigurationFile): Promise<CountedChange[]> {
  return commit(services, caller, async (unit) => {
    const { build, transaction } = unit
    const stored = await readConfiguration(transaction, build)
    const { merged, lists } = await check(transaction, build, stored, file)
    const changes = await countChanges(transaction, build, stored, merged, lists)
    if (changes.length === 0) return changes
    unit.defer(putSettingQuery(build, { name: 'entitlements', value: JSON.stringify(merged.entitlements) }))
    unit.defer(putSettingQuery(build, { name: 'environments', value: JSON.stringify(merged.environments) }))
    const changedTypes = merged.keyTypes.filter((type) => changes.some((change) => change.section === 'keyTypes' && change.slug === type.slug))
    for (const type of changedTypes) await storeType(unit, stored.keyTypes.find((each) => each.slug === type.slug) ?? null, type)
    for (const api of merged.apis) {
      if (!changes.some((change) => change.section === 'apis' && change.slug === api.slug)) continue
      await putApi(transaction, build, api, unit.now)
      unit.change({ kind: 'api', api })
      unit.audit({
        organizationId: null,
        action: 'api.changed',
        subject: { kind: 'api', id: api.slug },
        detail: { changes: changes.find((change) => change.slug === api.slug && change.section === 'apis')?.fields ?? [] },
      })
    }
    for (const { organization, keyType, addresses } of lists) await setAddressList(unit, organization.id, keyType, addresses)
    await completeOrganizations(services, caller, unit, changedTypes, stored)
    unit.audit({
      organizationId: null,
      action: 'configuration.applied',
      subject: { kind: 'configuration', id: 'installation' },
      detail: { changes: changes.map(({ section, slug, kind, keys, organizations }) => ({ section, slug, kind, keys, organizations })) },
    })
    return changes
  })
}

/** Sets an organization's list for a type, where it differs. @returns whether it did. */
export async function setAddressList(
  unit: Unit,
  organizationId: string,
  type: string,
  addresses: ConfigurationFile['addressLists'][number]['addresses'],
): Promise<boolean> {
  const before = await getAddressList(unit.transaction, unit.build, organizationId, type)
  if (before && JSON.stringify(before.addresses) === JSON.stringify(addresses)) return false
  await putAddressList(unit.transaction, unit.build, organizationId, type, addresses, unit.now)
  unit.change({ kind: 'addressList', addressList: { organizationId, type, addresses } })
  unit.audit({
    organizationId,
    action: 'address_list.updated',
    subject: { kind: 'address_list', id: type },
    detail: { type, from: before?.addresses ?? null, to: addresses },
  })
  return true
}

interface CheckedList {
  organization: StoredOrganization
  keyType: string
  addresses: ConfigurationFile['addressLists'][number]['addresses']
}

async function check(
  reader: ReadTransaction,
  build: Build,
  stored: Configuration,
  file: ConfigurationFile,
): Promise<{ merged: Configuration; lists: CheckedList[] }> {
  const merged = mergeConfiguration(stored, file)
  const errors: FieldError[] = [...checkConfiguration(merged), ...checkAddressLists(file.addressLists, merged)]
  const lists: CheckedList[] = []
  for (const [index, list] of file.addressLists.entries()) {
    const organization = await organizationByIdOrSlug(reader, build, list.organization)
    if (!organization || organization.status === 'removed' || organization.id === RESERVED_ORGANIZATION_ID)
      errors.push({ path: `addressLists[${index}].organization`, code: 'unknown_organization', message: `There is no organization "${list.organization}".` })
    else lists.push({ organization, keyType: list.keyType, addresses: list.addresses })
  }
  if (errors.length > 0) throw new AppError('invalid_configuration', 'The configuration contradicts itself; nothing was changed.', { errors })
  return { merged, lists }
}

async function countChanges(
  reader: ReadTransaction,
  build: Build,
  stored: Configuration,
  merged: Configuration,
  lists: readonly CheckedList[],
): Promise<CountedChange[]> {
  const counted: CountedChange[] = []
  for (const change of diffConfiguration(stored, merged).changes) {
    const types =
      change.section === 'keyTypes' ? [change.slug] : change.section === 'apis' ? (merged.apis.find((api) => api.slug === change.slug)?.accepts ?? []) : []
    const rows = (await Promise.all(types.map((type) => countKeysOfType(reader, build, type)))).flat().filter((row) => row.status !== 'removed')
    counted.push({ ...change, keys: rows.reduce((sum, row) => sum + row.count, 0), organizations: new Set(rows.map((row) => row.organizationId)).size })
  }
  for (const { organization, keyType, addresses } of lists) {
    const before = await getAddressList(reader, build, organization.id, keyType)
    if (before && JSON.stringify(before.addresses) === JSON.stringify(addresses)) continue
    const fields = before ? [{ path: 'addresses', from: before.addresses, to: addresses }] : []
    const keys = (await countKeysOfType(reader, build, keyType))
      .filter((row) => row.status !== 'removed' && row.organizationId === organization.id)
      .reduce((sum, row) => sum + row.count, 0)
    counted.push({
      section: 'addressLists',
      slug: `${organization.slug}/${keyType}`,
      kind: before ? 'changed' : 'created',
      fields,
      effect: ['Calls from elsewhere are refused from the next call.'],
      keys,
      organizations: 1,
    })
  }
  return counted
}

async function storeType(unit: Unit, before: KeyType | null, type: KeyType): Promise<void> {
  await putKeyType(unit.transaction, unit.build, type, unit.now)
  unit.change({ kind: 'keyType', keyType: type })
  unit.audit({ organizationId: null, action: 'key_type.changed', subject: { kind: 'key_type', id: type.slug }, detail: { created: before === null } })
  if (before?.visibility !== 'retrievable' || type.visibility === 'retrievable') return
  const destroyed = await destroyCiphertextsOfType(unit.transaction, unit.build, type.slug)
  unit.audit({ organizationId: null, action: 'key.secrets_destroyed', subject: { kind: 'key_type', id: type.slug }, detail: { secrets: destroyed } })
}

/** Organizations that were there before a type get what new ones begin with: its address list and the keys it brings. */
async function completeOrganizations(services: Services, caller: Caller, unit: Unit, types: readonly KeyType[], stored: Configuration): Promise<void> {
  const provisioned = types.filter((type) => type.autoProvision)
  const listed = types.filter((type) => type.addresses.organizationList !== 'none' && !stored.keyTypes.some((each) => each.slug === type.slug))
  if (provisioned.length === 0 && listed.length === 0) return
  for await (const page of eachOrganizationPage(unit.transaction, unit.build)) {
    for (const organization of page) {
      if (organization.status === 'removed' || organization.id === RESERVED_ORGANIZATION_ID) continue
      for (const type of listed) {
        if (type.addresses.organizationList === 'none' || (await getAddressList(unit.transaction, unit.build, organization.id, type.slug))) continue
        await setAddressList(unit, organization.id, type.slug, type.addresses.organizationList)
      }
      await autoProvision(services, caller, unit, toRow(organization), provisioned)
    }
  }
}
