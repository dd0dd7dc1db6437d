import type { Operation } from '@keywright/core/contract/operation.ts'
import { AppError } from '@keywright/core/problem-code.ts'
import type { CompiledQuery } from 'kysely'
import type { AuditAction } from '../events/catalog.ts'
import type { Unit } from '../management/unit.ts'
import type { ReadTransaction } from '../store/database.ts'
import type { Build } from '../store/precompile.ts'

/** Tag of what has never been set, which is a state like any other. */
const NEVER_SET = '"0"'

interface Revision {
  revision: number
  createdAt?: number
}

/** Types and APIs can be removed and made again, so their tag names the making too. */
export function etagOf({ revision, createdAt }: Revision): string {
  return createdAt === undefined ? `"${revision}"` : `"${revision}-${createdAt.toString(36)}"`
}

/** The tags of an `If-Match` (RFC 9110 section 13.1.1); null where there is none. @throws AppError when it cannot be read. */
export function readIfMatch(field: string | undefined): string[] | '*' | null {
  if (field === undefined || field.trim() === '') return null
  if (field.trim() === '*') return '*'
  const tags = field.split(',').map((part) => part.trim())
  if (tags.length > 50 || tags.some((tag) => !/^(?:W\/)?"[\x21\x23-\x7e]*"$/.test(tag)))
    throw new AppError('invalid_request', 'If-Match must be a list of entity tags as an ETag field gives them, such as "7" with its quotes, or *.', {
      errors: [{ path: 'If-Match', code: 'invalid', message: 'Take it from the ETag of an answer.' }],
    })
  return tags
}

/** Refuses the unit's work unless the thing in the path is still the one the caller saw. Weak tags match nothing here. */
export async function requireMatch(
  unit: Unit,
  versioned: NonNullable<Operation['versioned']>,
  wanted: string[] | '*',
  place: { organizationId: string; parameters: Record<string, string> },
): Promise<void> {
  const current = await unit.transaction.first(QUERIES[versioned](unit.build, place))
  const now = current === undefined ? (versioned === 'address-list' || versioned === 'configuration' ? NEVER_SET : null) : etagOf(current)
  // What is not there is refused by its own name, unless the call would make it anew.
  if (now === null && versioned !== 'key-type' && versioned !== 'api') return
  if (now !== null && (wanted === '*' || wanted.includes(now))) return
  throw new AppError('precondition_failed', 'Somebody changed it since you looked. Read it again, and decide again.', {
    extra: { current: now },
  })
}

type Place = Parameters<typeof requireMatch>[3]

/** The configuration has no row of its own: whatever changes it writes one of these events, and an event's instant tells it from another of its number, which a restore can lead to. */
const CONFIGURING: readonly AuditAction[] = ['configuration.applied', 'key_type.removed', 'api.removed']

const configurationRevision = (build: Build): CompiledQuery<Revision> =>
  build
    .selectFrom('audit_events')
    .select(['number as revision', 'at as createdAt'])
    .where('action', 'in', CONFIGURING)
    .orderBy('number', 'desc')
    .limit(1)
    .compile()

export async function configurationTag(reader: ReadTransaction, build: Build): Promise<string> {
  const newest = await reader.first(configurationRevision(build))
  return newest === undefined ? NEVER_SET : etagOf(newest)
}

const QUERIES: Record<NonNullable<Operation['versioned']>, (build: Build, place: Place) => CompiledQuery<Revision>> = {
  configuration: configurationRevision,
  key: (build, { organizationId, parameters }) =>
    build
      .selectFrom('keys')
      .select('revision')
      .where('organization_id', '=', organizationId)
      .where('id', '=', parameters.key ?? '')
      .compile(),
  organization: (build, { organizationId }) => build.selectFrom('organizations').select('revision').where('id', '=', organizationId).compile(),
  'key-type': (build, { parameters }) =>
    build
      .selectFrom('key_types')
      .select(['revision', 'created_at as createdAt'])
      .where('slug', '=', parameters.type ?? '')
      .compile(),
  api: (build, { parameters }) =>
    build
      .selectFrom('apis')
      .select(['revision', 'created_at as createdAt'])
      .where('slug', '=', parameters.api ?? '')
      .compile(),
  'address-list': (build, { organizationId, parameters }) =>
    build
      .selectFrom('address_lists')
      .select('revision')
      .where('organization_id', '=', organizationId)
      .where('key_type', '=', parameters.type ?? '')
      .compile(),
}
