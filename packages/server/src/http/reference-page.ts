type Json = Record<string, unknown>

const escape = (text: unknown): string => String(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

/** A readable reference of the HTTP surface as one static page: no script, nothing loaded from anywhere. */
export function referencePage(document: Json): string {
  const byTag = new Map<string, string[]>()
  for (const [path, methods] of Object.entries(document.paths as Record<string, Record<string, Json>>)) {
    for (const [method, operation] of Object.entries(methods)) {
      if (path === '/v1/authorize/{api}' && method !== 'get') continue
      const tag = (operation.tags as string[])[0] as string
      byTag.set(tag, [...(byTag.get(tag) ?? []), describe(path, path === '/v1/authorize/{api}' ? 'any' : method, operation)])
    }
  }
  const nav = [...byTag.keys()].map((tag) => `<a href="#${escape(tag)}">${escape(tag)}</a>`).join('')
  const sections = [...byTag].map(([tag, items]) => `<section id="${escape(tag)}"><h2>${escape(tag)}</h2>${items.join('')}</section>`).join('')
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Keywright API</title><style>${STYLE}</style></head><body><header><h1>Keywright</h1><p>The HTTP API. Machine-readable: <a href="/openapi.json">openapi.json</a>.</p><nav>${nav}</nav></header><main>${sections}</main></body></html>`
}

function describe(path: string, method: string, operation: Json): string {
  const responses = operation.responses as Record<string, Json>
  const [status] = Object.keys(responses)
  const body = (operation.requestBody as { content?: Record<string, { schema: Json }> } | undefined)?.content?.['application/json']?.schema
  const answer = (responses[status as string]?.content as Record<string, { schema: Json }> | undefined)?.['application/json']?.schema
  const parameters = (operation.parameters as Json[])
    .map(
      (parameter) =>
        `<li><code>${escape(parameter.name)}</code> <small>${escape(parameter.in)}${parameter.required ? ', required' : ''}</small> ${escape(parameter.description ?? '')}</li>`,
    )
    .join('')
  return `<details id="${escape(operation.operationId)}"><summary><b class="${escape(method)}">${escape(method.toUpperCase())}</b> <code>${escape(path)}</code> <span>${escape(operation.summary)}</span></summary>${parameters === '' ? '' : `<h3>Parameters</h3><ul>${parameters}</ul>`}${schemaBlock('Body', body)}${schemaBlock(`Answer ${status}`, answer)}</details>`
}

function schemaBlock(title: string, schema: Json | undefined): string {
  return schema === undefined ? '' : `<h3>${escape(title)}</h3><pre>${escape(JSON.stringify(schema, null, 2))}</pre>`
}

const STYLE = `:root{color-scheme:light dark;--line:#8884;--soft:#8881}body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:0 auto;padding:1.5rem}h1{margin:0}nav a{margin-right:1rem}details{border:1px solid var(--line);border-radius:.5rem;margin:.5rem 0;padding:.5rem .75rem}summary{cursor:pointer}summary span{opacity:.75}summary b{display:inline-block;min-width:4.2rem;font-size:.8rem}.get{color:#2a7de1}.post{color:#1a8a4a}.delete{color:#c33}.put,.patch{color:#b06a00}pre{background:var(--soft);padding:.75rem;border-radius:.5rem;overflow:auto;font-size:.8rem}code{overflow-wrap:anywhere}h3{font-size:.9rem;margin:.75rem 0 .25rem}`
