import { type Capability, coversRole, ORGANIZATION_ROLES, type OrganizationRole, type Role } from '@keywright/core/permissions.ts'
import type { FieldError } from '@keywright/core/problem-code.ts'
import type { AddressRule } from '../addresses/test-address.ts'
import { credentialsText } from '../text/credentials.ts'

export type CredentialKind = 'verifier' | 'management' | 'organization'

/** What is typed into the form, whatever the kind. */
export interface CredentialDraft {
  name: string
  role: OrganizationRole | null
  allApis: boolean
  apis: readonly string[]
  capabilities: readonly Capability[]
  /** Days, or `never`. */
  expires: string
  addresses: AddressRule
}

export const NEW_DRAFT: CredentialDraft = { name: '', role: null, allApis: true, apis: [], capabilities: [], expires: 'never', addresses: 'any' }

const DAY = 86_400_000

/** When the key expires, in milliseconds; null: never. */
export function expiryOf(draft: CredentialDraft, now: number): number | null {
  const days = Number(draft.expires)
  return Number.isInteger(days) && days > 0 ? now + days * DAY : null
}

/** Every mistake of the form at once, under the names of its fields. */
export function mistakesOf(kind: CredentialKind, draft: CredentialDraft): FieldError[] {
  const { issuing } = credentialsText
  const mistake = (path: string, message: string): FieldError => ({ path, code: 'required', message })
  return [
    ...(draft.name.trim() === '' ? [mistake('name', issuing.nameMissing)] : []),
    ...(kind === 'organization' && draft.role === null ? [mistake('role', credentialsText.issuing.roleMissing)] : []),
    ...(kind === 'verifier' && !draft.allApis && draft.apis.length === 0 ? [mistake('apis', issuing.apisMissing)] : []),
    ...(draft.addresses !== 'any' && draft.addresses.length === 0 ? [mistake('addresses', issuing.addressesNeedOne)] : []),
  ]
}

/** What all kinds are asked with. */
export function sharedRequest(draft: CredentialDraft, now: number) {
  const expiresAt = expiryOf(draft, now)
  return {
    name: draft.name.trim(),
    addresses: draft.addresses === 'any' ? ('any' as const) : draft.addresses.map((entry) => ({ ...entry })),
    expiresAt: expiresAt === null ? null : new Date(expiresAt).toISOString(),
  }
}

/** Roles a key may be given by somebody with the role `mine`. */
export function rolesToGive(mine: Role | null): readonly OrganizationRole[] {
  return ORGANIZATION_ROLES.filter((role) => mine !== null && coversRole(mine, role))
}
