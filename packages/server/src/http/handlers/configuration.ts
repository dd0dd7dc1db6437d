import type { Api } from '@keywright/core/configuration/api.ts'
import type { ConfigurationFile } from '@keywright/core/configuration/configuration.ts'
import type { KeyType } from '@keywright/core/configuration/key-type.ts'
import { apiInFull, keyTypeInFull } from '@keywright/core/configuration/print.ts'
import { AppError } from '@keywright/core/problem-code.ts'
import { formatInstant } from '@keywright/core/time.ts'
import { applyFile, diffFile } from '../../management/configuration/apply-configuration.ts'
import { nameLines, parseConfigurationFile, parseConfigurationValue } from '../../management/configuration/parse-file.ts'
import { exportConfiguration } from '../../management/configuration/read-configuration.ts'
import { removeApi, removeKeyType } from '../../management/configuration/remove-from-configuration.ts'
import { getApi, listApis, type StoredApi } from '../../store/apis.ts'
import type { Database } from '../../store/database.ts'
import { getKeyType, listKeyTypes, type StoredKeyType } from '../../store/key-types.ts'
import { countKeysOfType } from '../../store/keys.ts'
import { configurationTag, etagOf } from '../etag.ts'
import { handler, type Handlers } from '../handler.ts'

const EMPTY: ConfigurationFile = { version: 1, entitlements: [], environments: [], keyTypes: [], apis: [], addressLists: [] }

export const configurationHandlers: Handlers = {
  'configuration.get': handler(async ({ context }) => {
    const { reader, build } = context.services.database
    // The tag first: if something changes in between, it is older than what is answered, and a change by it is refused.
    const etag = await configurationTag(reader, build)
    return { body: await exportConfiguration(reader, build), etag }
  }),
  'configuration.diff': handler(async ({ context, body }) => {
    const { reader, build } = context.services.database
    return { body: { changes: await withLines(body, () => diffFile(reader, build, readFile(body))) } }
  }),
  'configuration.apply': handler(async ({ context, caller, body }) => {
    const changes = await withLines(body, () => applyFile(context.services, caller, readFile(body)))
    const { reader, build } = context.services.database
    return { body: { changes }, etag: await configurationTag(reader, build) }
  }),
  'key-types.list': handler(async ({ context }) => {
    const { database } = context.services
    const types = await listKeyTypes(database.reader, database.build)
    return { body: { items: await Promise.all(types.map((type) => presentType(database, type))) } }
  }),
  'key-types.get': handler(async ({ context, parameters }) => {
    const { database } = context.services
    const type = await getKeyType(database.reader, database.build, parameters.type as string)
    if (!type) throw new AppError('not_found', 'There is no such key type.')
    return { body: await presentType(database, type), etag: etagOf(type) }
  }),
  'key-types.put': handler<KeyType, unknown>(async ({ context, caller, parameters, body }) => {
    requireSameSlug(body.slug, parameters.type as string)
    const changes = await applyFile(context.services, caller, { ...EMPTY, keyTypes: [body] })
    const { reader, build } = context.services.database
    const stored = await getKeyType(reader, build, body.slug)
    return { body: { changes }, ...(stored === null ? {} : { etag: etagOf(stored) }) }
  }),
  'key-types.remove': handler(async ({ context, caller, parameters }) => {
    await removeKeyType(context.services, caller, parameters.type as string)
    return null
  }),
  'apis.list': handler(async ({ context }) => ({
    body: { items: (await listApis(context.services.database.reader, context.services.database.build)).map(presentApi) },
  })),
  'apis.get': handler(async ({ context, parameters }) => {
    const api = await getApi(context.services.database.reader, context.services.database.build, parameters.api as string)
    if (!api) throw new AppError('not_found', 'There is no such API.')
    return { body: presentApi(api), etag: etagOf(api) }
  }),
  'apis.put': handler<Api, unknown>(async ({ context, caller, parameters, body }) => {
    requireSameSlug(body.slug, parameters.api as string)
    const changes = await applyFile(context.services, caller, { ...EMPTY, apis: [body] })
    const { reader, build } = context.services.database
    const stored = await getApi(reader, build, body.slug)
    return { body: { changes }, ...(stored === null ? {} : { etag: etagOf(stored) }) }
  }),
  'apis.remove': handler(async ({ context, caller, parameters }) => {
    await removeApi(context.services, caller, parameters.api as string)
    return null
  }),
}

/** Who sent a file is told the line also of what contradicts something else. */
async function withLines<Value>(body: unknown, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work()
  } catch (error) {
    if (typeof body !== 'string' || !(error instanceof AppError) || error.code !== 'invalid_configuration') throw error
    if (error.errors.some(({ message }) => message.startsWith('line '))) throw error
    throw new AppError(error.code, error.message, { errors: nameLines(body, error.errors), extra: error.extra, cause: error })
  }
}

function readFile(body: unknown): ConfigurationFile {
  const parsed = typeof body === 'string' ? parseConfigurationFile(body) : parseConfigurationValue(body)
  if (!parsed.ok)
    throw new AppError(
      'invalid_configuration',
      `The file has ${parsed.error.length} ${parsed.error.length === 1 ? 'mistake' : 'mistakes'}; nothing was changed.`,
      { errors: parsed.error },
    )
  return parsed.value
}

function requireSameSlug(inBody: string, inPath: string): void {
  if (inBody !== inPath)
    throw new AppError('invalid_request', 'The slug in the body is not the one in the address.', {
      errors: [{ path: 'slug', code: 'mismatch', message: `Must be "${inPath}".` }],
    })
}

async function presentType({ reader, build }: Database, { definition, updatedAt }: StoredKeyType) {
  const rows = (await countKeysOfType(reader, build, definition.slug)).filter((row) => row.status !== 'removed')
  return {
    keyType: keyTypeInFull(definition),
    keys: rows.reduce((sum, row) => sum + row.count, 0),
    organizations: new Set(rows.map((row) => row.organizationId)).size,
    updatedAt: formatInstant(updatedAt),
  }
}

function presentApi({ definition, updatedAt }: StoredApi) {
  return { api: apiInFull(definition), updatedAt: formatInstant(updatedAt) }
}
