import type { OrganizationRecord } from '@keywright/core/replica/change.ts'
import type { StoredOrganization } from '../../store/organizations.ts'
import type { Schema } from '../../store/schema.ts'

export function toRow(organization: StoredOrganization): Schema['organizations'] {
  const { id, slug, name, status, createdAt, updatedAt, revision } = organization
  return {
    id,
    slug,
    name,
    status,
    entitlements: JSON.stringify(organization.entitlements),
    environments: JSON.stringify(organization.environments),
    contacts: JSON.stringify(organization.contacts),
    created_at: createdAt,
    updated_at: updatedAt,
    revision,
  }
}

/** What verifiers hold of an organization. */
export function toOrganizationRecord({ id, slug, aliases, status, entitlements }: StoredOrganization): OrganizationRecord {
  return { id, slug, aliases, status, entitlements }
}
