import { formatInstant } from '@keywright/core/time.ts'
import type { StoredOrganization } from '../../store/organizations.ts'

export function presentOrganization({ revision: _revision, ...organization }: StoredOrganization) {
  return { ...organization, createdAt: formatInstant(organization.createdAt), updatedAt: formatInstant(organization.updatedAt) }
}
