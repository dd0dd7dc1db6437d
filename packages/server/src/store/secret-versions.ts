import type { CompiledQuery } from 'kysely'
import { sql } from 'kysely'
import type { Actor } from '../kernel/actor.ts'
import type { ReadTransaction, WriteTransaction } from './database.ts'
import { type Build, precompile, precompileInsert } from './precompile.ts'
import type { Schema } from './schema.ts'

export interface StoredVersion {
  keyId: string
  number: number
  /** 32 bytes: SHA-256 of the secret. */
  digest: Uint8Array
  hint: string
  /** When it stops being accepted; null: with the key. */
  endsAt: number | null
  /** Enveloped secret, of retrievable types only. */
  ciphertext: Uint8Array | null
  createdBy: Actor
  createdAt: number
}

const insertRow = precompileInsert('secret_versions', ['key_id', 'number', 'digest', 'hint', 'ends_at', 'ciphertext', 'created_by', 'created_at'])

/** Fails with a unique violation of `secret_versions.digest` when the secret exists already. */
export function insertVersionQuery(build: Build, version: StoredVersion): CompiledQuery<unknown> {
  const { keyId, number, digest, hint, endsAt, ciphertext, createdBy, createdAt } = version
  return insertRow(build, { key_id: keyId, number, digest, hint, ends_at: endsAt, ciphertext, created_by: JSON.stringify(createdBy), created_at: createdAt })
}

/** Rows for `toStoredVersion`, oldest first. */
export const versionsOfKeyQuery = precompile<{ organizationId: string; keyId: string }, Schema['secret_versions']>((build, parameter) =>
  build
    .selectFrom('secret_versions')
    .innerJoin('keys', 'keys.id', 'secret_versions.key_id')
    .selectAll('secret_versions')
    .where('keys.organization_id', '=', parameter('organizationId'))
    .where('key_id', '=', parameter('keyId'))
    .orderBy('number'),
)

/** All versions of a key, oldest first; empty for a stranger's key. */
export async function listVersions(transaction: ReadTransaction, build: Build, organizationId: string, keyId: string): Promise<StoredVersion[]> {
  return (await transaction.all(versionsOfKeyQuery(build, { organizationId, keyId }))).map(toStoredVersion)
}

/** Sets when a version ends. The caller has read the key, so it is the organization's. */
export const endVersionQuery = precompile<{ keyId: string; number: number; endsAt: number | null }>((build, parameter) =>
  build
    .updateTable('secret_versions')
    .set({ ends_at: parameter('endsAt') })
    .where('key_id', '=', parameter('keyId'))
    .where('number', '=', parameter('number')),
)

/** Ends every version that would hold longer than `endsAt`, except the one numbered `except`. */
export const endOtherVersionsQuery = precompile<{ keyId: string; except: number; endsAt: number }>((build, parameter) =>
  build
    .updateTable('secret_versions')
    .set({ ends_at: parameter('endsAt') })
    .where('key_id', '=', parameter('keyId'))
    .where('number', '<>', parameter('except'))
    .where((eb) => eb.or([eb('ends_at', 'is', null), eb('ends_at', '>', parameter('endsAt'))])),
)

/** Whose secret this is, across organizations: the caller has the secret itself, and checks who asks. */
export const versionByDigestQuery = precompile<{ digest: Uint8Array }, Schema['secret_versions'] & { organization_id: string }>((build, parameter) =>
  build
    .selectFrom('secret_versions')
    .innerJoin('keys', 'keys.id', 'secret_versions.key_id')
    .selectAll('secret_versions')
    .select('keys.organization_id')
    .where('digest', '=', parameter('digest')),
)

export async function versionByDigest(
  transaction: ReadTransaction,
  build: Build,
  digest: Uint8Array,
): Promise<{ organizationId: string; version: StoredVersion } | null> {
  const row = await transaction.first(versionByDigestQuery(build, { digest }))
  return row ? { organizationId: row.organization_id, version: toStoredVersion(row) } : null
}

/** Destroys what a reveal would need, of all versions of a key. */
export const destroyCiphertextQuery = precompile<{ keyId: string }>((build, parameter) =>
  build.updateTable('secret_versions').set({ ciphertext: null }).where('key_id', '=', parameter('keyId')).where('ciphertext', 'is not', null),
)

/** The same for every key of a type that is retrievable no more. @returns how many secrets can no longer be revealed. */
export async function destroyCiphertextsOfType(transaction: WriteTransaction, build: Build, type: string): Promise<number> {
  const query = sql`update secret_versions set ciphertext = null where ciphertext is not null and key_id in (select id from keys where key_type = ${type})`
  return (await transaction.run(query.compile(build))).changes
}

export function toStoredVersion(row: Schema['secret_versions']): StoredVersion {
  const { key_id: keyId, number, digest, hint, ends_at: endsAt, ciphertext, created_at: createdAt } = row
  return { keyId, number, digest, hint, endsAt, ciphertext, createdBy: JSON.parse(row.created_by) as Actor, createdAt }
}
