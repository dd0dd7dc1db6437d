import type { AddressRule } from '@keywright/core/configuration/fields.ts'
import { AppError } from '@keywright/core/problem-code.ts'
import { getAddressList, type StoredAddressList } from '../../store/address-lists.ts'
import { setAddressList } from '../configuration/apply-configuration.ts'
import { definitionOf, keyTypeQuery, requireTypeRole } from '../policy.ts'
import type { Caller, Services } from '../services.ts'
import { commit } from '../unit.ts'

/** Sets an organization's list for a type; it holds for every key of the type at the next call. */
export async function putOrganizationAddressList(
  services: Services,
  caller: Caller,
  organizationId: string,
  slug: string,
  addresses: AddressRule,
): Promise<StoredAddressList> {
  return commit(services, caller, async (unit) => {
    const [types] = await unit.batch([keyTypeQuery(unit.build, { slug })])
    const type = types[0] ? definitionOf(slug, types[0]) : null
    if (!type) throw new AppError('not_found', 'There is no such key type.')
    requireTypeRole(caller, type, 'manage')
    if (type.addresses.mode === 'off') throw new AppError('policy_conflict', `Keys of the type "${slug}" are not restricted to addresses.`)
    const repeated =
      addresses === 'any'
        ? []
        : addresses.flatMap(({ cidr }, index) =>
            addresses.findIndex((entry) => entry.cidr === cidr) === index
              ? []
              : [{ path: `addresses[${index}]`, code: 'repeated', message: `"${cidr}" stands twice.` }],
          )
    if (repeated.length > 0) throw new AppError('invalid_request', 'The list cannot be like this.', { errors: repeated })
    await setAddressList(unit, organizationId, slug, addresses)
    return (await getAddressList(unit.transaction, unit.build, organizationId, slug)) as StoredAddressList
  })
}
