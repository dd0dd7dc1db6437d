import { RESERVED_ORGANIZATION_ID } from '@keywright/core/id.ts'
import { hasValidChecksum } from '@keywright/core/secret/format.ts'
import type { ReadTransaction } from '../../store/database.ts'
import { findKeyOfAnyone } from '../../store/keys.ts'
import type { Build } from '../../store/precompile.ts'
import { type StoredVersion, versionByDigest } from '../../store/secret-versions.ts'
import { digestOf } from '../keys/make-secret.ts'
import { type KeyView, readKey } from '../keys/read-keys.ts'

export interface IdentifiedSecret {
  wellFormed: boolean
  found: { view: KeyView & { versions: StoredVersion[] }; version: StoredVersion } | null
}

/**
 * Whose key is this? Operators are told of every key, others of those of their organizations; everything else is not found.
 * @param own organizations of whoever asks.
 */
export async function identifySecret(reader: ReadTransaction, build: Build, own: 'all' | ReadonlySet<string>, secret: string): Promise<IdentifiedSecret> {
  const wellFormed = hasValidChecksum(secret.trim())
  const found = await versionByDigest(reader, build, digestOf(secret.trim()))
  if (!found) return { wellFormed, found: null }
  const { organizationId, version } = found
  if (own !== 'all' && (!own.has(organizationId) || organizationId === RESERVED_ORGANIZATION_ID)) return { wellFormed, found: null }
  const key = await findKeyOfAnyone(reader, build, version.keyId)
  const reserved = key?.type.startsWith('kw-') ? key.type : null
  return { wellFormed, found: { view: await readKey(reader, build, organizationId, version.keyId, reserved), version } }
}
