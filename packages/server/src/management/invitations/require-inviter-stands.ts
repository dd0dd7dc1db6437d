import { MANAGEMENT_KEY_TYPE } from '@keywright/core/configuration/reserved.ts'
import { coversRole, narrowerRole, type Role } from '@keywright/core/permissions.ts'
import { AppError } from '@keywright/core/problem-code.ts'
import type { Grant } from '@keywright/core/replica/change.ts'
import type { StoredInvitation } from '../../store/invitations.ts'
import { roleOfPerson } from '../members/require-grant.ts'
import type { Unit } from '../unit.ts'

/**
 * Could whoever invited still do so? An invitation is a right that was handed out and not taken yet: it is worth what its giver may
 * give at the moment it is taken.
 * @throws AppError `link_unusable`.
 */
export async function requireInviterStands(unit: Unit, { organizationId, role, invitedBy }: StoredInvitation): Promise<void> {
  const giving =
    invitedBy.kind === 'person'
      ? await roleOfPerson(unit, organizationId, invitedBy.id)
      : invitedBy.kind === 'management-key'
        ? await roleOfKey(unit, organizationId, invitedBy.id)
        : 'operator'
  if (giving === null || !coversRole(giving, role))
    throw new AppError('link_unusable', 'Whoever sent this invitation may not give that role any more. Ask an administrator of the organization for another.')
}

/** Null: the key does not work any more, or the person whose rights it has is none of the organization's. */
async function roleOfKey(unit: Unit, organizationId: string, keyId: string): Promise<Role | null> {
  const query = unit.build.selectFrom('keys').select(['status', 'expires_at', 'key_grant']).where('id', '=', keyId).where('key_type', '=', MANAGEMENT_KEY_TYPE)
  const [rows] = await unit.batch<[{ status: string; expires_at: number | null; key_grant: string | null }]>([query.compile()])
  const [key] = rows
  if (key === undefined || key.status !== 'active' || (key.expires_at !== null && unit.now >= key.expires_at)) return null
  const grant = JSON.parse(key.key_grant ?? '{}') as Grant
  const role = grant.role ?? 'member'
  if (grant.actsFor === undefined) return role
  const bound = await roleOfPerson(unit, organizationId, grant.actsFor)
  return bound === null ? null : narrowerRole(role, bound)
}
