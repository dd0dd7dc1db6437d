import type { KeyType } from '@keywright/core/configuration/key-type.ts'
import { isReservedSlug } from '@keywright/core/configuration/reserved.ts'
import { AppError } from '@keywright/core/problem-code.ts'
import type { CompiledQuery } from 'kysely'
import { foldName } from '../../../store/key-record.ts'
import type { Build } from '../../../store/precompile.ts'
import type { Schema } from '../../../store/schema.ts'
import { definitionOf } from '../../policy.ts'
import { capCountQuery } from '../check-cap.ts'
import { organizationRowQuery } from '../load-key.ts'

/** What can read, inside a unit of work and outside. */
export interface Source {
  build: Build
  now: number
  batch: <Rows extends readonly unknown[]>(queries: { [Index in keyof Rows]: CompiledQuery<Rows[Index]> }) => Promise<{
    [Index in keyof Rows]: Rows[Index][]
  }>
}

/** What is there already, as far as a batch of lines asks; grows with every line that is taken. */
export interface ImportFacts {
  organization: Schema['organizations']
  types: Map<string, KeyType>
  /** By digest in hex. `line`: of this very request. */
  secrets: Map<string, { organizationId: string; keyId: string | null; line: number | null }>
  /** `type folded-name` */
  names: Set<string>
  /** Keys that count against a cap, by `capPlace`. */
  counts: Map<string, number>
}

export interface Wanted {
  type: string
  name: string
  environment: string | undefined
  digest: Buffer
}

export function nameOf(type: string, name: string): string {
  return `${type} ${foldName(name)}`
}

/** Where a cap counts: the type in the organization, or in one environment. */
export function capPlace(type: KeyType, environment: string): string {
  return type.cap?.per === 'environment' ? `${type.slug} ${environment}` : type.slug
}

export async function readFacts(source: Source, organizationId: string, wanted: readonly Wanted[]): Promise<ImportFacts> {
  const { build } = source
  const slugs = distinct(wanted.map(({ type }) => type).filter((slug) => !isReservedSlug(slug)))
  const folded = distinct(wanted.map(({ name }) => foldName(name)).filter((name) => name !== ''))
  const [organizations, types, versions, names] = await source.batch<
    [Schema['organizations'], Schema['key_types'], { key_id: string; digest: Uint8Array; organization_id: string }, { key_type: string; name_folded: string }]
  >([
    organizationRowQuery(build, { id: organizationId }),
    build.selectFrom('key_types').selectAll().where('slug', 'in', slugs).compile(),
    build
      .selectFrom('secret_versions')
      .innerJoin('keys', 'keys.id', 'secret_versions.key_id')
      .select(['key_id', 'digest', 'organization_id'])
      .where(
        'digest',
        'in',
        wanted.map(({ digest }) => digest),
      )
      .compile(),
    build
      .selectFrom('keys')
      .select(['key_type', 'name_folded'])
      .where('organization_id', '=', organizationId)
      .where('name_folded', 'in', folded)
      .where('status', '<>', 'removed')
      .compile(),
  ])
  const [organization] = organizations
  if (!organization || organization.status === 'removed') throw new AppError('not_found', 'There is no such organization.')
  const definitions = new Map(types.map((row) => [row.slug, definitionOf(row.slug, row) as KeyType]))
  return {
    organization,
    types: definitions,
    secrets: new Map(versions.map((row) => [Buffer.from(row.digest).toString('hex'), { organizationId: row.organization_id, keyId: row.key_id, line: null }])),
    names: new Set(names.map((row) => `${row.key_type} ${row.name_folded}`)),
    counts: await readCounts(source, organization, definitions.values()),
  }
}

async function readCounts(source: Source, organization: Schema['organizations'], types: Iterable<KeyType>): Promise<Map<string, number>> {
  const places = new Map<string, CompiledQuery<{ count: number }>>()
  for (const type of types) {
    for (const environment of JSON.parse(organization.environments) as string[]) {
      const query = capCountQuery(source, type, { organizationId: organization.id, environment })
      if (query !== null) places.set(capPlace(type, environment), query)
    }
  }
  if (places.size === 0) return new Map()
  const counted = await source.batch<{ count: number }[]>([...places.values()])
  return new Map([...places.keys()].map((place, index) => [place, counted[index]?.[0]?.count ?? 0]))
}

function distinct(values: string[]): string[] {
  return [...new Set(values)]
}
