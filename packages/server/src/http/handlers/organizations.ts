import type { CreateOrganization, UpdateOrganization } from '@keywright/core/contract/organizations.ts'
import type { AddressRule } from '@keywright/core/configuration/fields.ts'
import { RESERVED_ORGANIZATION_ID } from '@keywright/core/id.ts'
import { AppError } from '@keywright/core/problem-code.ts'
import { putOrganizationAddressList } from '../../management/address-lists/set-address-list.ts'
import { createOrganization } from '../../management/organizations/create-organization.ts'
import { removeOrganization, updateOrganization } from '../../management/organizations/update-organization.ts'
import { setStanding } from '../../management/organizations/suspend-organization.ts'
import { getAddressList } from '../../store/address-lists.ts'
import { getKeyType } from '../../store/key-types.ts'
import { listOrganizations, organizationById, type StoredOrganization } from '../../store/organizations.ts'
import { creatingCaller } from '../creating.ts'
import { printCursor, readCreatedCursor } from '../cursor.ts'
import { etagOf } from '../etag.ts'
import { handler, type Handlers } from '../handler.ts'
import { instantOrNull } from '../present/key.ts'
import { presentOrganization } from '../present/organization.ts'

const present = (organization: StoredOrganization) => ({ body: presentOrganization(organization), etag: etagOf({ revision: organization.revision }) })

const standing = (status: 'active' | 'suspended') =>
  handler<{ reason?: string }, unknown>(async ({ context, caller, organizationId, body }) => {
    const { organization, ...affected } = await setStanding(context.services, caller, organizationId, status, body.reason ?? null)
    const { body: shown, etag } = present(organization)
    return { body: { ...shown, affected }, etag }
  })

export const organizationHandlers: Handlers = {
  'organizations.list': handler<unknown, { limit: number; cursor?: string; q?: string; status?: StoredOrganization['status'] }>(async ({ context, query }) => {
    const { database } = context.services
    const { cursor, ...filter } = query
    const after = readCreatedCursor(cursor)
    const page = await listOrganizations(database.reader, database.build, {
      ...filter,
      exceptId: RESERVED_ORGANIZATION_ID,
      ...(after === undefined ? {} : { cursor: after }),
    })
    return { body: { items: page.items.map(presentOrganization), nextCursor: printCursor(page.next) } }
  }),
  'organizations.create': handler<CreateOrganization, unknown>(async (call) => {
    const created = await createOrganization(call.context.services, creatingCaller(call, presentOrganization), call.body)
    return present(created)
  }),
  'organizations.get': handler(async ({ context, organizationId }) => {
    const { database } = context.services
    return present((await organizationById(database.reader, database.build, organizationId)) as StoredOrganization)
  }),
  'organizations.update': handler<UpdateOrganization, unknown>(async ({ context, caller, organizationId, body }) =>
    present(await updateOrganization(context.services, caller, organizationId, body)),
  ),
  'organizations.suspend': standing('suspended'),
  'organizations.restore': standing('active'),
  'organizations.remove': handler(async ({ context, caller, organizationId }) => {
    await removeOrganization(context.services, caller, organizationId)
    return null
  }),
  'address-lists.get': handler(async ({ context, organizationId, parameters }) => {
    const { reader, build } = context.services.database
    const type = parameters.type as string
    if (!(await getKeyType(reader, build, type))) throw new AppError('not_found', 'There is no such key type.')
    const list = await getAddressList(reader, build, organizationId, type)
    return {
      body: { type, addresses: list?.addresses ?? 'any', updatedAt: instantOrNull(list?.updatedAt ?? null) },
      etag: etagOf({ revision: list?.revision ?? 0 }),
    }
  }),
  'address-lists.put': handler<{ addresses: AddressRule }, unknown>(async ({ context, caller, organizationId, parameters, body }) => {
    const list = await putOrganizationAddressList(context.services, caller, organizationId, parameters.type as string, body.addresses)
    return { body: { type: list.type, addresses: list.addresses, updatedAt: instantOrNull(list.updatedAt) }, etag: etagOf(list) }
  }),
}
