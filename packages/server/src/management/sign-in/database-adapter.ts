import { AsyncLocalStorage } from 'node:async_hooks'
import { createHash } from 'node:crypto'
import { createAdapterFactory, type CleanedWhere } from '@better-auth/core/db/adapter'
import type { CompiledQuery } from 'kysely'
import type { Database, ReadTransaction, WriteTransaction } from '../../store/database.ts'

/** The unit of work that runs now; nothing is stored outside of one. */
export const currentTransaction: AsyncLocalStorage<WriteTransaction> = new AsyncLocalStorage()

export function digestToken(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}

interface Statement {
  where(column: string, operator: string, value: unknown): Statement
  set(values: object): Statement
  values(values: object): Statement
  selectAll(): Statement
  returningAll(): Statement
  orderBy(column: string, direction: string): Statement
  limit(count: number): Statement
  offset(count: number): Statement
  compile(): CompiledQuery<Record<string, unknown>>
}

/** Kysely with table and column names that come from the library's schema. */
interface Builder {
  selectFrom(table: string): Statement
  insertInto(table: string): Statement
  updateTable(table: string): Statement
  deleteFrom(table: string): Statement
}

/**
 * better-auth's adapter over our store: it reads through the reader, and writes through the one writer, inside the unit of work that the
 * caller has begun. Instants are integer milliseconds, a session's token is stored as its digest.
 */
export function databaseAdapter(database: Database) {
  const build = database.build as unknown as Builder
  const reader = (): ReadTransaction => currentTransaction.getStore() ?? database.reader
  const writer = (): WriteTransaction => {
    const transaction = currentTransaction.getStore()
    if (transaction === undefined) throw new Error('Sign-in data is stored inside a unit of work only.')
    return transaction
  }
  const changes = async (statement: Statement): Promise<number> => (await writer().run(statement.compile())).changes

  return createAdapterFactory({
    config: {
      adapterId: 'keywright',
      supportsNumericIds: false,
      supportsJSON: false,
      supportsDates: true,
      supportsBooleans: true,
      transaction: false,
      customTransformOutput: ({ data, fieldAttributes }) => fromColumn(data as unknown, fieldAttributes.type),
    },
    adapter: ({ getFieldName }) => ({
      async create({ model, data }) {
        const row = await writer().first(build.insertInto(model).values(columns(data)).returningAll().compile())
        return row as typeof data
      },
      async update({ model, where, update }) {
        const statement = build.updateTable(model).set(columns(update as Record<string, unknown>))
        return ((await writer().first(restrict(statement, where).returningAll().compile())) ?? null) as never
      },
      async updateMany({ model, where, update }) {
        return changes(restrict(build.updateTable(model).set(columns(update)), where))
      },
      async findOne({ model, where }) {
        return ((await reader().first(restrict(build.selectFrom(model).selectAll(), where).limit(1).compile())) ?? null) as never
      },
      async findMany({ model, where = [], limit, sortBy, offset }) {
        let statement = restrict(build.selectFrom(model).selectAll(), where).limit(limit)
        if (sortBy) statement = statement.orderBy(getFieldName({ model, field: sortBy.field }), sortBy.direction)
        if (offset) statement = statement.offset(offset)
        return (await reader().all(statement.compile())) as never
      },
      async delete({ model, where }) {
        await changes(restrict(build.deleteFrom(model), where))
      },
      async deleteMany({ model, where }) {
        return changes(restrict(build.deleteFrom(model), where))
      },
      async count({ model, where = [] }) {
        return (await reader().all(restrict(build.selectFrom(model).selectAll(), where).compile())).length
      },
    }),
  })
}

const OPERATORS: Partial<Record<string, string>> = { eq: '=', ne: '<>', lt: '<', lte: '<=', gt: '>', gte: '>=', in: 'in' }

/** Nothing here is guessed: a condition of a kind we do not know fails, instead of matching more than it should. */
function restrict(statement: Statement, where: readonly CleanedWhere[]): Statement {
  return where.reduce((restricted, { field, operator, value, connector, mode }) => {
    const sign = OPERATORS[operator ?? 'eq']
    if (sign === undefined || (connector === 'OR' && where.length > 1) || mode === 'insensitive')
      throw new Error(`Sign-in data cannot be asked for by ${operator}, ${connector}, ${mode}.`)
    const wanted = column(field, value)
    if (wanted === null) return restricted.where(field, (operator ?? 'eq') === 'eq' ? 'is' : 'is not', null)
    return restricted.where(field, sign, wanted)
  }, statement)
}

function columns(data: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(data)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, column(name, value)]),
  )
}

function column(name: string, value: unknown): unknown {
  if (value instanceof Date) return value.getTime()
  if (typeof value === 'boolean') return value ? 1 : 0
  if (name === 'token_digest' && typeof value === 'string') return digestToken(value)
  return value
}

function fromColumn(value: unknown, type: unknown): unknown {
  if (type === 'date' && typeof value === 'number') return new Date(value)
  if (type === 'boolean' && typeof value === 'number') return value === 1
  return value
}
