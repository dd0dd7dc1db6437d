import type { ReadTransaction } from './database.ts'
import type { Build } from './precompile.ts'
import type { Schema } from './schema.ts'

/** An authenticator, set up or about to be. */
export interface StoredSecondFactor {
  personId: string
  /** Envelope. */
  seed: Uint8Array
  /** Envelope of a JSON string[]. */
  backupCodes: Uint8Array
  /** Null: no code of it was confirmed yet, and it counts for nothing. */
  confirmedAt: number | null
  /** The newest time step whose code was taken: no code is taken twice. */
  lastStep: number
  createdAt: number
  updatedAt: number
}

export async function secondFactorOf(transaction: ReadTransaction, build: Build, personId: string): Promise<StoredSecondFactor | null> {
  const row = await transaction.first(build.selectFrom('auth_second_factors').selectAll().where('person_id', '=', personId).compile())
  return row ? toSecondFactor(row) : null
}

/** Takes the place of the one before. */
export function putSecondFactorQuery(build: Build, factor: StoredSecondFactor) {
  const row = {
    person_id: factor.personId,
    seed: factor.seed,
    backup_codes: factor.backupCodes,
    confirmed_at: factor.confirmedAt,
    last_step: factor.lastStep,
    created_at: factor.createdAt,
    updated_at: factor.updatedAt,
  }
  return build
    .insertInto('auth_second_factors')
    .values(row)
    .onConflict((conflict) => conflict.column('person_id').doUpdateSet(row))
    .compile()
}

export function deleteSecondFactorQuery(build: Build, personId: string) {
  return build.deleteFrom('auth_second_factors').where('person_id', '=', personId).compile()
}

/** What lists and sign-in look at. */
export function markSecondFactorQuery(build: Build, personId: string, enrolled: boolean, now: number) {
  return build
    .updateTable('people')
    .set({ second_factor: enrolled ? 1 : 0, updated_at: now })
    .where('id', '=', personId)
    .compile()
}

function toSecondFactor(row: Schema['auth_second_factors']): StoredSecondFactor {
  return {
    personId: row.person_id,
    seed: row.seed,
    backupCodes: row.backup_codes,
    confirmedAt: row.confirmed_at,
    lastStep: row.last_step,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}
