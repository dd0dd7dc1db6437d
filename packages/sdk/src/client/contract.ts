import type { auditOperations } from '@keywright/core/contract/audit.ts'
import type { bulkOperations } from '@keywright/core/contract/bulk.ts'
import type { Propagation } from '@keywright/core/contract/common.ts'
import type { configurationOperations } from '@keywright/core/contract/configuration.ts'
import type { credentialOperations } from '@keywright/core/contract/credentials.ts'
import type { healthOperations } from '@keywright/core/contract/health.ts'
import type { importOperations } from '@keywright/core/contract/import.ts'
import type { keyOperations } from '@keywright/core/contract/keys.ts'
import type { invitationToMeOperations, memberOperations } from '@keywright/core/contract/members.ts'
import type { noticeOperations } from '@keywright/core/contract/notices.ts'
import type { organizationOperations } from '@keywright/core/contract/organizations.ts'
import type { sessionOperations } from '@keywright/core/contract/sessions.ts'
import type { personOperations, signInOperations } from '@keywright/core/contract/sign-in.ts'
import type { verificationOperations } from '@keywright/core/contract/verification.ts'
import type { verifierOperations } from '@keywright/core/contract/verifiers.ts'

/*
 * The types of every call, read off core's contract. Types only: nothing of core or of zod is there when the client runs, so the
 * shapes of schemas are taken from zod's own `_zod` instead of importing its helpers.
 */
type Contract =
  | (typeof auditOperations)[number]
  | (typeof bulkOperations)[number]
  | (typeof healthOperations)[number]
  | (typeof importOperations)[number]
  | (typeof memberOperations)[number]
  | (typeof invitationToMeOperations)[number]
  | (typeof noticeOperations)[number]
  | (typeof configurationOperations)[number]
  | (typeof credentialOperations)[number]
  | (typeof keyOperations)[number]
  | (typeof organizationOperations)[number]
  | (typeof sessionOperations)[number]
  | (typeof signInOperations)[number]
  | (typeof personOperations)[number]
  | (typeof verificationOperations)[number]
  | (typeof verifierOperations)[number]

export type OperationId = Contract['id']

type Of<Id extends OperationId> = Extract<Contract, { id: Id }>
type SchemaInput<Schema> = Schema extends { _zod: { input: infer Shape } } ? Shape : never
type SchemaOutput<Schema> = Schema extends { _zod: { output: infer Shape } } ? Shape : never

type PathParameters<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}` ? Name | PathParameters<Rest> : never
type Body<Id extends OperationId> = Of<Id> extends { body: infer Schema } ? Fields<SchemaInput<Schema>> : unknown
/** An object without fields is a record of nothing, which would forbid the parameters of the path beside it. */
type Fields<Shape> = Shape extends Record<string, never> ? unknown : Shape
/** Numbers are coerced from text on the other side, which makes their input `unknown`; then what comes out says what goes in. */
type Query<Id extends OperationId> =
  Of<Id> extends { query: infer Schema }
    ? {
        [Name in keyof SchemaInput<Schema>]?:
          | (unknown extends SchemaInput<Schema>[Name] ? SchemaOutput<Schema>[Name & keyof SchemaOutput<Schema>] : SchemaInput<Schema>[Name])
          | undefined
      }
    : unknown

/** What a call takes: the parameters of its path, and the fields of its body or its query, in one object. */
export type Input<Id extends OperationId> = { [Name in PathParameters<Of<Id>['path']>]: string } & Body<Id> & Query<Id>

type Done<Id extends OperationId> = Of<Id>['success'] extends { schema: infer Schema } ? SchemaOutput<Schema> : undefined
/** What the call option `confirm` adds. */
type Confirmed = { propagation?: Propagation }

/** What a call answers. */
export type Answer<Id extends OperationId> =
  Of<Id> extends { takesAway: string } ? (undefined extends Done<Id> ? Confirmed | undefined : Done<Id> & Confirmed) : Done<Id>

export type Key = Answer<'keys.get'>
export type IssuedKey = Answer<'keys.issue'>
export type Organization = Answer<'organizations.get'>
export type ConfigurationDiff = Answer<'configuration.diff'>
export type AuditEvent = Answer<'audit-events.list'>['items'][number]
export type BulkAnswer = Answer<'keys.bulk'>
export type OutboxMessage = Answer<'outbox.list'>['items'][number]
export type SunsetPreview = Answer<'key-types.preview-sunset'>
export type Member = Answer<'members.list'>['items'][number]
export type Invitation = Answer<'invitations.list'>['items'][number]
export type ImportAnswer = Answer<'keys.import'>
export type Health = Answer<'installation.health'>
export type VerifyAnswer = Answer<'verify'>
