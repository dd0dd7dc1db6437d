import type { SigningKeyRecord } from '@keywright/core/replica/change.ts'
import type { ReadTransaction, WriteTransaction } from './database.ts'
import type { Build } from './precompile.ts'
import type { Schema } from './schema.ts'

export interface StoredSigningKey {
  /** RFC 7638 thumbprint of the public key. */
  kid: string
  /** 32 bytes of Ed25519, base64url. */
  publicKey: string
  /** Enveloped PKCS #8; null: retired. */
  privateKey: Uint8Array | null
  createdAt: number
  retiredAt: number | null
  /** When its last token has expired; null: it signs. */
  acceptedUntil: number | null
}

/** All of them, the one that signs first, then the one retired last. */
export async function listSigningKeys(transaction: ReadTransaction, build: Build): Promise<StoredSigningKey[]> {
  return (
    await transaction.all(
      build
        .selectFrom('signing_keys')
        .selectAll()
        .orderBy('retired_at', (order) => order.desc().nullsFirst())
        .orderBy('kid')
        .compile(),
    )
  ).map(toSigningKey)
}

/** The one that signs. */
export async function currentSigningKey(transaction: ReadTransaction, build: Build): Promise<StoredSigningKey | null> {
  const row = await transaction.first(build.selectFrom('signing_keys').selectAll().where('accepted_until', 'is', null).compile())
  return row ? toSigningKey(row) : null
}

export async function insertSigningKey(transaction: WriteTransaction, build: Build, key: StoredSigningKey): Promise<void> {
  const { kid, publicKey, privateKey, createdAt, retiredAt, acceptedUntil } = key
  const values = { kid, public_key: publicKey, private_key: privateKey, created_at: createdAt, retired_at: retiredAt, accepted_until: acceptedUntil }
  await transaction.run(build.insertInto('signing_keys').values(values).compile())
}

/** Retires a key and destroys its private half. */
export async function retireSigningKey(
  transaction: WriteTransaction,
  build: Build,
  key: { kid: string; retiredAt: number; acceptedUntil: number },
): Promise<void> {
  const { kid, retiredAt, acceptedUntil } = key
  const query = build.updateTable('signing_keys').set({ private_key: null, retired_at: retiredAt, accepted_until: acceptedUntil }).where('kid', '=', kid)
  await transaction.run(query.compile())
}

/** What verifiers hold of it. */
export function toSigningKeyRecord(key: StoredSigningKey, issuer: string): SigningKeyRecord {
  return { kid: key.kid, issuer, publicKey: key.publicKey, createdAt: key.createdAt, acceptedUntil: key.acceptedUntil }
}

function toSigningKey(row: Schema['signing_keys']): StoredSigningKey {
  return {
    kid: row.kid,
    publicKey: row.public_key,
    privateKey: row.private_key,
    createdAt: row.created_at,
    retiredAt: row.retired_at,
    acceptedUntil: row.accepted_until,
  }
}
