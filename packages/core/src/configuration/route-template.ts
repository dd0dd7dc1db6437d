import { fail, ok, type Result } from '../result.ts'

/** A parsed route template: literals match a whole segment; a name stands for one segment, a final `rest` for one or more. */
export type TemplateSegment = { literal: string } | { name: string; rest: boolean }

const LITERAL = /^[A-Za-z0-9\-._~!$&'()*+,=:@]+$/
/** `:id`, `*` and `**` mean something to other routers; as literals they would match nothing anybody sends. */
const OTHER_DIALECT = /^(?::.*|\*+)$/
const PARAMETER = /^\{([A-Za-z][A-Za-z0-9_]{0,62})(\+)?\}$/

/** `/users/{id}` -> segments. Templates, not regular expressions: nothing in them can be slow or match too much. */
export function parseRouteTemplate(path: string): Result<TemplateSegment[], string> {
  if (!path.startsWith('/') || path.length > 500) return fail('Must begin with "/" and be at most 500 characters.')
  if (path === '/') return ok([])
  const names = new Set<string>()
  const segments: TemplateSegment[] = []
  const parts = path.slice(1).split('/')
  for (const [index, part] of parts.entries()) {
    const parameter = PARAMETER.exec(part)
    if (parameter) {
      const name = parameter[1] as string
      const rest = parameter[2] === '+'
      if (names.has(name)) return fail(`The parameter "${name}" stands twice.`)
      if (rest && index !== parts.length - 1) return fail(`"{${name}+}" may only be the last segment.`)
      names.add(name)
      segments.push({ name, rest })
      continue
    }
    if (part === '' && index === parts.length - 1) return fail('Must not end with "/".')
    if (!LITERAL.test(part) || OTHER_DIALECT.test(part) || part === '.' || part === '..')
      return fail(`"${part}" is not a segment: use plain characters, "{name}", or a final "{name+}".`)
    segments.push({ literal: part })
  }
  return ok(segments)
}
