import { RESERVED_ORGANIZATION_ID } from '@keywright/core/id.ts'
import { hasValidChecksum } from '@keywright/core/secret/format.ts'
import type { ReadTransaction } from '../../store/database.ts'
import { findKeyOfAnyone } from '../../store/keys.ts'
import type { Build } from '../../store/precompile.ts'
import { type StoredVersion, versionByDigest } from '../../store/secret-versions.ts'
import { digestOf } from '../keys/make-secret.ts'
import { type KeyView, readKey } from '../keys/read-keys.ts'
import type { Caller } from '../services.ts'

export interface IdentifiedSecret {
  wellFormed: boolean
  found: { view: KeyView & { versions: StoredVersion[] }; version: StoredVersion } | null
}

/** Whose key is this? Operators are told of every key, an organization of its own; everything else is not found. */
export async function identifySecret(reader: ReadTransaction, build: Build, caller: Caller, secret: string): Promise<IdentifiedSecret> {
  const wellFormed = hasValidChecksum(secret.trim())
  const found = await versionByDigest(reader, build, digestOf(secret.trim()))
  if (!found) return { wellFormed, found: null }
  const { organizationId, version } = found
  const theirs = caller.organizationId === null || caller.organizationId === organizationId
  if (!theirs || (organizationId === RESERVED_ORGANIZATION_ID && caller.organizationId !== null)) return { wellFormed, found: null }
  const key = await findKeyOfAnyone(reader, build, version.keyId)
  const own = key?.type.startsWith('kw-') ? key.type : null
  return { wellFormed, found: { view: await readKey(reader, build, organizationId, version.keyId, own), version } }
}
