import { schemaTable } from './reference-schema.ts'
import { escapeHtml as escape } from './escape-html.ts'

type Json = Record<string, unknown>

/** A readable reference of the HTTP surface as one static page: no script, nothing loaded from anywhere. */
export function referencePage(document: Json): string {
  const byTag = new Map<string, string[]>()
  for (const [path, methods] of Object.entries(document.paths as Record<string, Record<string, Json>>)) {
    for (const [method, operation] of Object.entries(methods)) {
      const forwardAuth = path === '/v1/authorize/{api}'
      if (forwardAuth && method !== 'get') continue
      const tag = (operation.tags as string[])[0] as string
      byTag.set(tag, [...(byTag.get(tag) ?? []), describe(path, forwardAuth ? 'any' : method, operation)])
    }
  }
  const nav = [...byTag.keys()].map((tag) => `<a href="#${anchor(tag)}">${escape(tag)}</a>`).join('')
  const sections = [...byTag].map(([tag, items]) => `<section id="${anchor(tag)}"><h2>${escape(tag)}</h2>${items.join('')}</section>`).join('')
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Keywright API</title><style>${STYLE}</style></head><body><header><h1>Keywright API</h1><p>Management takes a management key, verification a verifier key: <code>Authorization: Bearer ...</code>. Errors are RFC 9457 problems with a permanent <code>code</code>. Machine-readable: <a href="/openapi.json">openapi.json</a>.</p><nav>${nav}</nav></header><main>${sections}</main></body></html>`
}

function anchor(tag: string): string {
  return escape(tag.toLowerCase().replaceAll(' ', '-'))
}

function describe(path: string, method: string, operation: Json): string {
  const responses = operation.responses as Record<string, Json>
  const [status] = Object.keys(responses) as [string]
  const body = (operation.requestBody as { content?: Record<string, { schema: Json }> } | undefined)?.content?.['application/json']?.schema
  const answer = (responses[status]?.content as Record<string, { schema: Json }> | undefined)?.['application/json']?.schema
  const parameters = (operation.parameters as { name: string; in: string; required: boolean; schema: Json; description?: string }[]).filter(
    (parameter) => parameter.in !== 'path',
  )
  const asked =
    parameters.length === 0
      ? ''
      : `<h3>Query and header fields</h3>${schemaTable({ type: 'object', properties: Object.fromEntries(parameters.map(({ name, schema, description }) => [name, description === undefined ? schema : { ...schema, description }])), required: parameters.filter(({ required }) => required).map(({ name }) => name) }, true)}`
  const block = (title: string, schema: Json | undefined, sent = false): string =>
    schema === undefined ? '' : `<h3>${escape(title)}</h3>${schemaTable(schema, sent)}`
  return `<details id="${escape(operation.operationId)}"><summary><b class="${escape(method)}">${escape(method.toUpperCase())}</b><code>${escape(path)}</code><span>${escape(operation.summary)}</span></summary>${asked}${block('Body', body, true)}${block(`Answer ${status}`, answer)}</details>`
}

const STYLE = `:root{color-scheme:light dark;--line:light-dark(#d8dbe2,#34373f);--soft:light-dark(#f6f7f9,#1d1f24);--quiet:light-dark(#5a6070,#a2a8b6);--link:light-dark(#2456c9,#8ab0ff)}body{font:15px/1.55 system-ui,sans-serif;max-width:62rem;margin:0 auto;padding:1.5rem;background:light-dark(#fff,#14161a)}h1{margin:0}h2{margin:2rem 0 .5rem}h3{font-size:.85rem;margin:1rem 0 .25rem}header p{color:var(--quiet);max-width:46rem}a{color:var(--link)}nav{display:flex;flex-wrap:wrap;gap:.25rem 1rem}details{border:1px solid var(--line);border-radius:.5rem;margin:.4rem 0;padding:.5rem .75rem}details[open]{background:var(--soft)}summary{cursor:pointer;display:grid;grid-template-columns:4.5rem auto;gap:0 .5rem;align-items:baseline}summary span{grid-column:2;color:var(--quiet);font-size:.9rem}summary b{font-size:.75rem;letter-spacing:.03em}.get{color:light-dark(#1f5fd0,#7fb0ff)}.post{color:light-dark(#147a41,#6bd699)}.delete{color:light-dark(#b8262b,#ff8f8f)}.put,.patch,.any{color:light-dark(#8a5500,#f0b45c)}code{overflow-wrap:anywhere}table{border-collapse:collapse;width:100%;font-size:.85rem}td{border-top:1px solid var(--line);padding:.25rem .5rem .25rem 0;vertical-align:top}td:first-child{white-space:nowrap;width:1%;padding-right:1rem}td i{color:var(--quiet)}td table{margin:.25rem 0 0 .25rem}`
