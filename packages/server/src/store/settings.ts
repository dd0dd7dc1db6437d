import type { CompiledQuery } from 'kysely'
import type { ReadTransaction, WriteTransaction } from './database.ts'
import { type Build, precompile } from './precompile.ts'

/**
 * Facts of the installation. `bootstrappedAt` is a decimal number; entitlements and environments are JSON string[]; `backup` (in backups alone),
 * `lastBackup` and `setUpLink` are JSON.
 */
export const SETTINGS = ['installationId', 'masterKeyId', 'bootstrappedAt', 'entitlements', 'environments', 'backup', 'lastBackup', 'setUpLink'] as const
export type SettingName = (typeof SETTINGS)[number]

export const settingQuery = precompile<{ name: SettingName }, { value: string }>((build, parameter) =>
  build.selectFrom('settings').select('value').where('name', '=', parameter('name')),
)

export const putSettingQuery: (build: Build, values: { name: SettingName; value: string }) => CompiledQuery<unknown> = precompile((build, parameter) =>
  build
    .insertInto('settings')
    .values({ name: parameter('name'), value: parameter('value') })
    .onConflict((conflict) => conflict.column('name').doUpdateSet((eb) => ({ value: eb.ref('excluded.value') }))),
)

export const deleteSettingQuery: (build: Build, values: { name: SettingName }) => CompiledQuery<unknown> = precompile((build, parameter) =>
  build.deleteFrom('settings').where('name', '=', parameter('name')),
)

export async function getSetting(transaction: ReadTransaction, build: Build, name: SettingName): Promise<string | null> {
  return (await transaction.first(settingQuery(build, { name })))?.value ?? null
}

/** A setting that is a list of slugs; an unset one is empty. */
export async function getListSetting(transaction: ReadTransaction, build: Build, name: 'entitlements' | 'environments'): Promise<string[]> {
  const value = await getSetting(transaction, build, name)
  return value === null ? [] : (JSON.parse(value) as string[])
}

export async function putSetting(transaction: WriteTransaction, build: Build, name: SettingName, value: string): Promise<void> {
  await transaction.run(putSettingQuery(build, { name, value }))
}

/** Stores a fact that must not be there yet. @returns false when it is. */
export async function putSettingOnce(transaction: WriteTransaction, build: Build, name: SettingName, value: string): Promise<boolean> {
  const { changes } = await transaction.run(
    build
      .insertInto('settings')
      .values({ name, value })
      .onConflict((conflict) => conflict.doNothing())
      .compile(),
  )
  return changes === 1
}
