import { auditOperations } from './audit.ts'
import { bulkOperations } from './bulk.ts'
import { configurationOperations } from './configuration.ts'
import { credentialOperations } from './credentials.ts'
import { healthOperations } from './health.ts'
import { importOperations } from './import.ts'
import { keyOperations } from './keys.ts'
import { invitationToMeOperations, memberOperations } from './members.ts'
import { noticeOperations } from './notices.ts'
import type { Operation } from './operation.ts'
import { organizationOperations } from './organizations.ts'
import { sessionOperations } from './sessions.ts'
import { personOperations, signInOperations } from './sign-in.ts'
import { verificationOperations } from './verification.ts'
import { verifierOperations } from './verifiers.ts'

const ALL = [
  ...credentialOperations,
  ...organizationOperations,
  ...configurationOperations,
  ...keyOperations,
  ...bulkOperations,
  ...importOperations,
  ...memberOperations,
  ...invitationToMeOperations,
  ...noticeOperations,
  ...sessionOperations,
  ...signInOperations,
  ...personOperations,
  ...healthOperations,
  ...auditOperations,
  ...verificationOperations,
  ...verifierOperations,
] as const

export type OperationId = (typeof ALL)[number]['id']

/**
 * Every operation of the HTTP surface that has a contract; routes, OpenAPI, the fence tests and the client are made from it.
 * Beside it stand `ANY /v1/authorize/{api}` (a proxy's subrequest, any method and body) and the open pages.
 */
export const OPERATIONS: readonly (Operation & { id: OperationId })[] = ALL

export function operationById(id: OperationId): Operation & { id: OperationId } {
  return OPERATIONS.find((operation) => operation.id === id) as Operation & { id: OperationId }
}
