import { configurationFile, type ConfigurationFile } from '@keywright/core/configuration/configuration.ts'
import type { FieldError } from '@keywright/core/problem-code.ts'
import { fail, ok, type Result } from '@keywright/core/result.ts'
import { describeIssues, sentenceFor } from './describe-issues.ts'
import { fieldPath, MAX_DEPTH, readYamlTree, shortened } from './yaml-tree.ts'

/** The largest configuration file, in bytes of UTF-8. */
export const MAX_CONFIGURATION_BYTES = 1_000_000
/** More mistakes than this are counted, not listed. */
const MAX_ERRORS = 200

/**
 * A configuration file as text, YAML or JSON -> the parsed file.
 * @param text decoded from valid UTF-8 by the caller.
 * @returns otherwise every mistake with its path (`keyTypes[0].prefix`) and a message that begins with the line (`line 12: ...`).
 */
export function parseConfigurationFile(text: string): Result<ConfigurationFile, FieldError[]> {
  if (Buffer.byteLength(text) > MAX_CONFIGURATION_BYTES) {
    return fail([{ path: '', code: 'too_large', message: 'line 1: A configuration file has at most 1 MB (1,000,000 bytes).' }])
  }
  const tree = readYamlTree(text)
  if (tree.value === undefined && tree.errors.length > 0) return fail(bounded(tree.errors))
  if (tree.value === null) return fail([{ path: '', code: 'required', message: 'line 1: The file is empty; it begins with "version: 1".' }])
  const result = parseTree(tree.value, tree.errors)
  if (result.ok) return result
  const named = result.error.map((error) =>
    /^line \d+: /.test(error.message) ? error : { ...error, message: `line ${tree.lineOf(error.path)}: ${error.message}` },
  )
  return fail(bounded(named.toSorted((left, right) => lineIn(left) - lineIn(right))))
}

/**
 * What was found wrong later, when the file was held against what is stored, with the line of each mistake that stands in the file: types and
 * APIs are named by their slug then.
 * @param text a file that was parsed before.
 */
export function nameLines(text: string, errors: readonly FieldError[]): FieldError[] {
  const { value, lineOf } = readYamlTree(text)
  return errors.map((error) => {
    const [, section = '', slug = '', rest = ''] = /^(keyTypes|apis|addressLists)\[([^\]]+)\](.*)$/.exec(error.path) ?? []
    const items = isRecord(value) && Object.hasOwn(value, section) ? value[section] : undefined
    if (!Array.isArray(items)) return error
    const index = section === 'addressLists' ? Number(slug) : items.findIndex((item) => isRecord(item) && item['slug'] === slug)
    return index < 0 || index >= items.length ? error : { ...error, message: `line ${lineOf(`${section}[${index}]${rest}`)}: ${error.message}` }
  })
}

/** A configuration file that came as the JSON body of a request and is parsed already. */
export function parseConfigurationValue(value: unknown): Result<ConfigurationFile, FieldError[]> {
  const errors: FieldError[] = []
  findForbidden(value, '', 0, errors)
  const result = parseTree(value, errors)
  return result.ok ? result : fail(bounded(result.error))
}

/** @param found mistakes of form found before; where one stands, the schema is not asked again. */
function parseTree(value: unknown, found: readonly FieldError[]): Result<ConfigurationFile, FieldError[]> {
  const parsed = configurationFile.safeParse(value, { error: sentenceFor })
  const issues = parsed.success ? [] : describeIssues(parsed.error.issues, value)
  const errors = [...found, ...[...issues, ...duplicates(value)].filter((error) => !found.some((earlier) => covers(earlier.path, error.path)))]
  return parsed.success && errors.length === 0 ? ok(parsed.data) : fail(errors)
}

function covers(earlier: string, path: string): boolean {
  return path === earlier || (path.startsWith(earlier) && /^[.[]/.test(path.slice(earlier.length)))
}

/** Things the file itself names twice: merging would hide the first, and checking the whole could not tell the line. */
function duplicates(root: unknown): FieldError[] {
  const errors: FieldError[] = []
  const section = (name: string, keyOf: (item: unknown) => unknown, noun: string, field = ''): void => {
    const items = isRecord(root) && Object.hasOwn(root, name) ? root[name] : undefined
    if (!Array.isArray(items)) return
    const seen = new Set<string>()
    for (const [index, item] of items.entries()) {
      const key = keyOf(item)
      if (typeof key !== 'string') continue
      if (seen.has(key))
        errors.push({
          path: `${name}[${index}]${field}`,
          code: noun === 'prefix' ? 'duplicate_prefix' : 'duplicate_slug',
          message: `The ${noun} "${shortened(key)}" stands twice.`,
        })
      seen.add(key)
    }
  }
  const fieldOf =
    (name: string) =>
    (item: unknown): unknown =>
      isRecord(item) && Object.hasOwn(item, name) ? item[name] : undefined
  section('entitlements', (item) => item, 'entitlement')
  section('environments', (item) => item, 'environment')
  section('keyTypes', fieldOf('slug'), 'slug', '.slug')
  section('keyTypes', fieldOf('prefix'), 'prefix', '.prefix')
  section('apis', fieldOf('slug'), 'slug', '.slug')
  return errors
}

function findForbidden(value: unknown, path: string, depth: number, errors: FieldError[]): void {
  if (typeof value !== 'object' || value === null || errors.length > MAX_ERRORS) return
  if (depth > MAX_DEPTH) {
    errors.push({ path, code: 'too_deep', message: `The file is nested more than ${MAX_DEPTH} levels deep.` })
    return
  }
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) findForbidden(item, `${path}[${index}]`, depth + 1, errors)
    return
  }
  for (const [name, item] of Object.entries(value)) {
    const inner = fieldPath(path, name)
    if (name === '__proto__') errors.push({ path: inner, code: 'unknown_field', message: 'The field "__proto__" is not known.' })
    else findForbidden(item, inner, depth + 1, errors)
  }
}

function bounded(errors: FieldError[]): FieldError[] {
  if (errors.length <= MAX_ERRORS) return errors
  return [...errors.slice(0, MAX_ERRORS), { path: '', code: 'more_errors', message: `There are ${errors.length - MAX_ERRORS} more mistakes.` }]
}

function lineIn(error: FieldError): number {
  return Number(/^line (\d+): /.exec(error.message)?.[1] ?? 0)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
