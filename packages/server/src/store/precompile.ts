import type { Compilable, CompiledQuery, Kysely } from 'kysely'
import type { Schema } from './schema.ts'

export type Build = Kysely<Schema>

class Placeholder {
  readonly name: string

  constructor(name: string) {
    this.name = name
  }
}

/** Stands for the value that each call gives. */
export type Parameter<Values> = <Name extends keyof Values & string>(name: Name) => Values[Name]

/**
 * Compiles a query once a database instead of once a call: Kysely takes longer to compile a statement than SQLite to run it.
 * @param make the query, with `parameter('name')` where a value goes; its shape must not depend on values.
 */
export function precompile<Values extends object, Row = unknown>(
  make: (build: Build, parameter: Parameter<Values>) => Compilable<Row>,
): (build: Build, values: Values) => CompiledQuery<Row> {
  const compiled = new WeakMap<Build, CompiledQuery<Row>>()
  return (build, values) => {
    let query = compiled.get(build)
    if (!query) {
      query = make(build, (name) => new Placeholder(name) as never).compile() as CompiledQuery<Row>
      compiled.set(build, query)
    }
    const given = values as Record<string, unknown>
    const parameters = query.parameters.map((parameter) => (parameter instanceof Placeholder ? given[parameter.name] : parameter))
    return { ...query, parameters }
  }
}

/** An INSERT of one whole row, every column named. */
export function precompileInsert<Table extends keyof Schema>(table: Table, columns: readonly (keyof Schema[Table] & string)[]) {
  return precompile<Record<string, unknown>>((build, parameter) => {
    const row = Object.fromEntries(columns.map((column) => [column, parameter(column)]))
    return build.insertInto(table).values(row as never) as unknown as Compilable<unknown>
  })
}
