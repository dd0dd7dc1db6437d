import { roleAllows, rolesAllowed, type Action } from '@keywright/core/permissions.ts'
import { roleIn, useSignedIn } from '../api/person.ts'
import { text } from '../text/common.ts'

export interface Permission {
  allowed: boolean
  /** Why not and who can; undefined when it is allowed. Fits `disabledReason` of a button. */
  reason: string | undefined
}

/** Whether the person may do this in the organization, from core's table; the server decides in the end. */
export function usePermission(org: string, action: Action): Permission {
  const role = roleIn(useSignedIn(), org)
  if (role !== null && roleAllows(role, action)) return { allowed: true, reason: undefined }
  return { allowed: false, reason: text.permissions.ask(rolesAllowed(action).map((each) => text.roles[each])) }
}
