import { escapeHtml as escape } from './escape-html.ts'

type Json = Record<string, unknown>

/** A JSON Schema as a table of fields; what is no object is one line. @param asked true: says what must be sent. */
export function schemaTable(schema: Json, asked = false): string {
  const properties = schema.properties as Record<string, Json> | undefined
  if (properties === undefined) return `<p><i>${escape(typeOf(schema))}</i></p>${inside(schema, asked)}`
  const required = new Set((schema.required as string[] | undefined) ?? [])
  const rows = Object.entries(properties).map(([name, field]) => {
    const description = field.description === undefined ? '' : ` ${escape(field.description)}`
    const standard = field.default === undefined ? '' : `, default <code>${escape(JSON.stringify(field.default))}</code>`
    return `<tr><td><code>${escape(name)}</code></td><td><i>${escape(typeOf(field))}${asked && required.has(name) ? ', required' : ''}${standard}</i>${description}${inside(field, asked)}</td></tr>`
  })
  return `<table>${rows.join('')}</table>`
}

/** The fields of an object within, of a list's items, or of the forms a value may take. */
function inside(schema: Json, asked: boolean): string {
  if (schema.properties !== undefined) return schemaTable(schema, asked)
  const items = schema.items as Json | undefined
  if (items !== undefined) return inside(items, asked)
  return branches(schema)
    .filter((branch) => branch.properties !== undefined)
    .map((branch) => schemaTable(branch, asked))
    .join('')
}

function branches(schema: Json): Json[] {
  return ((schema.anyOf ?? schema.oneOf ?? []) as Json[]).filter((branch) => typeof branch === 'object')
}

/** One line that says what a value may be. */
function typeOf(schema: Json): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (Array.isArray(schema.enum)) return schema.enum.map((value) => JSON.stringify(value)).join(' | ')
  const alternatives = branches(schema)
  if (alternatives.length > 0) return [...new Set(alternatives.map(typeOf))].join(' | ')
  if (schema.type === 'array') return `list of ${schema.items === undefined ? 'anything' : typeOf(schema.items as Json)}`
  if (schema.type === 'object') return schema.properties === undefined ? 'object of names and values' : 'object'
  if (Array.isArray(schema.type)) return schema.type.join(' | ')
  return typeof schema.type === 'string' ? schema.type : 'anything'
}
