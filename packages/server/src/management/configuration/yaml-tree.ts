import type { FieldError } from '@keywright/core/problem-code.ts'
import { isAlias, isMap, isPair, isScalar, isSeq, LineCounter, parseDocument, type ParsedNode } from 'yaml'

/** A file is deep enough with six levels; beyond this nobody writes, somebody attacks. */
export const MAX_DEPTH = 32

/** What a text says, where each thing stands, and what cannot be in a configuration file at all. */
export interface ReadTree {
  value: unknown
  errors: FieldError[]
  /** Line (from 1) of what stands at this path, or of the closest thing around it. */
  lineOf(path: string): number
}

const CORE_TAGS = new Set(['str', 'int', 'float', 'bool', 'null', 'map', 'seq'].map((name) => `tag:yaml.org,2002:${name}`))

/** YAML 1.2 (core schema; JSON is a part of it) -> plain values. No aliases, anchors, merge keys, directives or further tags. */
export function readYamlTree(text: string): ReadTree {
  const errors: FieldError[] = []
  const lines = new Map<string, number>()
  const lineOf = (path: string): number => {
    for (let at = path; ; at = parentOf(at)) {
      const line = lines.get(at)
      if (line !== undefined) return line
      if (at === '') return 1
    }
  }
  const tree: ReadTree = { value: undefined, errors, lineOf }
  const add = (path: string, code: string, message: string, line: number): void => void errors.push({ path, code, message: `line ${line}: ${message}` })

  const counter = new LineCounter()
  const lineAt = (offset: number | undefined): number => Math.max(1, counter.linePos(offset ?? 0).line)
  let document: ReturnType<typeof parseDocument>
  try {
    // uniqueKeys compares every pair of keys: a file of a megabyte would take minutes. The walk below looks for repeated keys itself.
    document = parseDocument(text, {
      version: '1.2',
      schema: 'core',
      merge: false,
      uniqueKeys: false,
      stringKeys: true,
      strict: true,
      resolveKnownTags: false,
      lineCounter: counter,
      prettyErrors: false,
      logLevel: 'error',
    })
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    add('', 'too_deep', `The file is nested more than ${MAX_DEPTH} levels deep.`, 1)
    return tree
  }
  const problems = [...document.errors, ...document.warnings]
  // The parser descends by recursion and reports running out of stack as an error of its own, with many in its wake.
  const exhausted = problems.find((problem) => problem.code === 'RESOURCE_EXHAUSTION')
  if (exhausted) {
    add('', 'too_deep', `The file is nested more than ${MAX_DEPTH} levels deep.`, lineAt(exhausted.pos[0]))
    return tree
  }
  for (const problem of problems) {
    if (problem.code === 'MULTIPLE_DOCS')
      add('', 'several_documents', 'A file holds one document; remove the "---" and what follows it.', lineAt(problem.pos[0]))
    else if (problem.code === 'TAG_RESOLVE_FAILED')
      add('', 'yaml_tag', 'Tags ("!name") are not allowed, and a core tag must fit its value.', lineAt(problem.pos[0]))
    else add('', 'invalid_yaml', oneSentence(problem.message), lineAt(problem.pos[0]))
  }
  if (errors.length > 0) return tree
  // %YAML 1.1 would bring "no" for false and merge keys back.
  if (/^%/m.test(text) && (document.directives?.yaml.explicit || Object.keys(document.directives?.tags ?? {}).length > 1)) {
    add('', 'yaml_directive', 'Directives ("%YAML", "%TAG") are not allowed.', 1)
    return tree
  }

  const visit = (node: ParsedNode | null | undefined, path: string, depth: number): unknown => {
    if (node === null || node === undefined) return null
    const line = lineAt(node.range[0])
    if (!lines.has(path)) lines.set(path, line)
    if (isAlias(node)) {
      add(path, 'yaml_alias', 'Aliases ("*name") are not allowed; write the value again.', line)
      return undefined
    }
    if (node.anchor !== undefined) add(path, 'yaml_anchor', 'Anchors ("&name") are not allowed.', line)
    if (node.tag !== undefined && !CORE_TAGS.has(node.tag)) add(path, 'yaml_tag', 'Tags ("!name") are not allowed.', line)
    if (depth > MAX_DEPTH) {
      add(path, 'too_deep', `The file is nested more than ${MAX_DEPTH} levels deep.`, line)
      return undefined
    }
    if (isScalar(node)) {
      if (typeof node.value !== 'number' || Number.isSafeInteger(node.value) || (Number.isFinite(node.value) && !Number.isInteger(node.value)))
        return node.value
      add(path, 'invalid_number', 'The number is not finite or too large to be exact.', line)
      return undefined
    }
    if (isSeq(node)) return node.items.map((item, index) => visit(isPair(item) ? null : (item as ParsedNode), `${path}[${index}]`, depth + 1))
    if (!isMap(node)) return undefined
    const value: Record<string, unknown> = {}
    for (const pair of node.items) {
      const key = isScalar(pair.key) ? String(pair.key.value ?? '') : ''
      const inner = fieldPath(path, key)
      const keyLine = lineAt(pair.key?.range?.[0] ?? node.range[0])
      if (pair.key && isScalar(pair.key) && pair.key.anchor !== undefined) add(inner, 'yaml_anchor', 'Anchors ("&name") are not allowed.', keyLine)
      if (Object.hasOwn(value, key)) {
        add(inner, 'duplicate_field', `The field "${shortened(key)}" stands twice.`, keyLine)
        continue
      }
      lines.set(inner, keyLine)
      if (key === '<<') add(inner, 'yaml_merge', 'Merge keys ("<<") are not allowed; write the fields out.', keyLine)
      else if (key === '__proto__') add(inner, 'unknown_field', 'The field "__proto__" is not known.', keyLine)
      else value[key] = visit(pair.value as ParsedNode | null, inner, depth + 1)
    }
    return value
  }
  tree.value = visit(document.contents as ParsedNode | null, '', 0)
  return tree
}

/** Joins a path and the name of a field; a name that is no identifier is quoted. */
export function fieldPath(path: string, name: string): string {
  if (!/^[A-Za-z_$][\w$]{0,59}$/.test(name)) return `${path}[${JSON.stringify(shortened(name))}]`
  return path === '' ? name : `${path}.${name}`
}

export function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}...` : text
}

function parentOf(path: string): string {
  return path.endsWith(']') ? path.slice(0, path.lastIndexOf('[')) : path.slice(0, Math.max(0, path.lastIndexOf('.')))
}

function oneSentence(message: string): string {
  const first = (message.split('\n')[0] as string).trim()
  return /[.!?]$/.test(first) ? first : `${first}.`
}
