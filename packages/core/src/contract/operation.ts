import type { z } from 'zod'
import type { Action, Capability } from '../permissions.ts'

/**
 * Who may call. `open`: anybody. `self`: any management key or person, about itself. `person`: whoever is signed in, about himself.
 * `installation`: operators. `creator`: operators, and where the installation lets people create organizations, whoever is signed in.
 * `organization`: operators, and members and management keys of the organization in the path; to all others the organization does
 * not exist. `verifier`: verifier keys.
 */
export type Authority =
  | { kind: 'open' }
  | { kind: 'self' }
  | { kind: 'person' }
  | { kind: 'creator'; action: Action }
  | { kind: 'installation'; action: Action; capability?: Capability }
  | { kind: 'organization'; action: Action; capability?: Capability }
  | { kind: 'verifier' }

export interface Operation {
  /** Permanent name, e.g. `keys.issue`. */
  readonly id: string
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** OpenAPI path, e.g. `/v1/organizations/{org}/keys/{key}:activate`. */
  readonly path: string
  readonly summary: string
  readonly tag: string
  readonly authority: Authority
  readonly query?: z.ZodObject
  readonly body?: z.ZodType
  /** Body may be left out; then it counts as `{}`. */
  readonly bodyOptional?: boolean
  /** Bytes; default 256 KiB. */
  readonly bodyLimit?: number
  /** Media types taken instead of application/json alone. */
  readonly consumes?: readonly string[]
  readonly success: { readonly status: 200 | 201 | 204; readonly schema?: z.ZodType; readonly contentTypes?: readonly string[] }
  /** Takes an `Idempotency-Key`: it creates something, and doing it twice would create two. */
  readonly idempotent?: boolean
  /** May take access away, so it takes `?confirm=true`. `ends`: what it is about is refused from then on; `changes`: it may be. */
  readonly takesAway?: 'ends' | 'changes'
  /** The thing in the path has an ETag: answers carry it, changes honour `If-Match`. */
  readonly versioned?: 'key' | 'organization' | 'key-type' | 'api' | 'address-list' | 'configuration'
  /** `oauth`: forms in, `{error, error_description}` out, as the RFCs want it; else JSON and RFC 9457 problems. */
  readonly protocol?: 'oauth'
  /** True only where the answer carries a secret. */
  readonly answersSecret?: boolean
}
