import type { Configuration } from '@keywright/core/configuration/check.ts'
import { FIRST_ENVIRONMENTS, type ConfigurationInput } from '@keywright/core/configuration/configuration.ts'
import { printConfiguration } from '@keywright/core/configuration/print.ts'
import { allAddressLists } from '../../store/address-lists.ts'
import { listApis } from '../../store/apis.ts'
import type { ReadTransaction } from '../../store/database.ts'
import { listKeyTypes } from '../../store/key-types.ts'
import { eachOrganizationPage } from '../../store/organizations.ts'
import type { Build } from '../../store/precompile.ts'
import { getListSetting } from '../../store/settings.ts'

/** What is stored, without Keywright's own types and APIs. */
export async function readConfiguration(reader: ReadTransaction, build: Build): Promise<Configuration> {
  const environments = await getListSetting(reader, build, 'environments')
  return {
    entitlements: await getListSetting(reader, build, 'entitlements'),
    environments: environments.length > 0 ? environments : [...FIRST_ENVIRONMENTS],
    keyTypes: (await listKeyTypes(reader, build)).map((stored) => stored.definition),
    apis: (await listApis(reader, build)).map((stored) => stored.definition),
  }
}

/** The whole configuration in the form of a file, the organizations' address lists too; applying it again changes nothing. */
export async function exportConfiguration(reader: ReadTransaction, build: Build): Promise<ConfigurationInput> {
  const slugs = new Map<string, string>()
  for await (const page of eachOrganizationPage(reader, build)) for (const { id, slug, status } of page) if (status !== 'removed') slugs.set(id, slug)
  const lists = (await allAddressLists(reader, build)).flatMap(({ organizationId, type, addresses }) => {
    const organization = slugs.get(organizationId)
    return organization === undefined ? [] : [{ organization, keyType: type, addresses }]
  })
  return { ...printConfiguration(await readConfiguration(reader, build)), ...(lists.length > 0 ? { addressLists: lists } : {}) }
}
