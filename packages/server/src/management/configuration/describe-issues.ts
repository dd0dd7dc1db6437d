import type { FieldError } from '@keywright/core/problem-code.ts'
import type { z } from 'zod'
import { fieldPath, shortened } from './yaml-tree.ts'

const MOST_SUGGESTIONS = 50

type RawIssue = z.core.$ZodRawIssue

/**
 * The sentence for what zod found, where the schema gives none of its own. Unknown fields come as one line each.
 * Never repeats more than the beginning of a value: someone may have put a secret there.
 */
export function sentenceFor(issue: RawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      // Of a query: what stands there makes no number, or it stands there twice.
      if (Number.isNaN(issue.input)) return `Must be ${EXPECTED[issue.expected] ?? issue.expected}, and said once.`
      return issue.input === undefined ? 'This field is required.' : `Must be ${EXPECTED[issue.expected] ?? issue.expected}, not ${kindOf(issue.input)}.`
    case 'invalid_value': {
      const values = issue.values.map((value) => String(value))
      return `Must be ${values.length > 1 ? 'one of ' : ''}${values.map((value) => `"${value}"`).join(', ')}.${suggestion(issue.input, values)}`
    }
    case 'unrecognized_keys':
      // Looking for what was meant takes time, and a body may name very many fields.
      return issue.keys
        .map((key, index) => `The field "${shortened(key)}" is not known.${index < MOST_SUGGESTIONS ? suggestion(key, knownFields(issue.inst)) : ''}`)
        .join('\n')
    case 'invalid_key':
      return `This name is not known here.${namesOf(issue)}`
    case 'too_small':
      return `Must be ${issue.exact ? 'exactly' : 'at least'} ${issue.minimum}${unitOf(issue.origin, issue.minimum)}.`
    case 'too_big':
      return `Must be ${issue.exact ? 'exactly' : 'at most'} ${issue.maximum}${unitOf(issue.origin, issue.maximum)}.`
    case 'invalid_union':
      return 'options' in issue && Array.isArray(issue.options)
        ? `Must be one of ${issue.options.map((value) => `"${String(value)}"`).join(', ')}.`
        : 'Has none of the allowed forms.'
    default:
      return 'Is not valid.'
  }
}

/** zod's issues -> one error for each mistake, with the path as a text. */
export function describeIssues(issues: readonly z.core.$ZodIssue[], root: unknown): FieldError[] {
  return issues.flatMap((issue) => describe(issue, [], root))
}

function describe(issue: z.core.$ZodIssue, base: readonly PropertyKey[], root: unknown): FieldError[] {
  const full = [...base, ...issue.path]
  const path = pathText(full)
  if (issue.code === 'unrecognized_keys') {
    const sentences = issue.message.split('\n')
    return issue.keys.map((key, index) => ({ path: fieldPath(path, key), code: 'unknown_field', message: sentences[index] ?? 'This field is not known.' }))
  }
  if (issue.code === 'invalid_union') {
    // A union reports every branch; the one whose outer form fits is what was meant, and only its mistakes help.
    const meant = meantBranch(issue)
    if (meant) return meant.flatMap((inner) => describe(inner, full, root))
  }
  return [{ path, code: codeOf(issue, valueAt(root, full)), message: issue.message }]
}

function meantBranch(issue: z.core.$ZodIssueInvalidUnion): z.core.$ZodIssue[] | undefined {
  const fits = (inner: z.core.$ZodIssue): boolean => {
    if (inner.path.length > 0) return true
    if (inner.code === 'invalid_union') return meantBranch(inner) !== undefined
    return inner.code !== 'invalid_type' && inner.code !== 'invalid_value'
  }
  return issue.errors.find((branch) => branch.length > 0 && branch.every(fits))
}

function codeOf(issue: z.core.$ZodIssue, value: unknown): string {
  switch (issue.code) {
    case 'invalid_type':
      return value === undefined ? 'required' : 'invalid_type'
    case 'too_small':
      return 'too_small'
    case 'too_big':
      return 'too_large'
    case 'invalid_key':
      return 'unknown_field'
    default:
      return value === undefined ? 'required' : 'invalid_value'
  }
}

export function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => (typeof part === 'number' ? `${text}[${part}]` : fieldPath(text, String(part))), '')
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  let value = root
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined
    value = (value as Record<PropertyKey, unknown>)[part]
  }
  return value
}

const EXPECTED: Record<string, string> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a group of fields',
  record: 'a group of fields',
}

function kindOf(value: unknown): string {
  if (value === null) return 'empty'
  if (Array.isArray(value)) return 'a list'
  return { string: 'a text', number: 'a number', boolean: 'true or false', object: 'a group of fields' }[typeof value as string] ?? typeof value
}

function unitOf(origin: string, count: number | bigint): string {
  const one = Number(count) === 1
  if (origin === 'string') return one ? ' character' : ' characters'
  return origin === 'array' || origin === 'set' ? (one ? ' entry' : ' entries') : ''
}

function namesOf(issue: { issues: readonly z.core.$ZodIssue[] }): string {
  const [inner] = issue.issues
  return inner?.code === 'invalid_value' ? ` Known are ${inner.values.map((value) => `"${String(value)}"`).join(', ')}.` : ''
}

function knownFields(schema: unknown): string[] {
  const definition = (schema as { _zod?: { def?: { shape?: object; keyType?: { options?: unknown } } } } | undefined)?._zod?.def
  const options = definition?.keyType?.options
  return definition?.shape ? Object.keys(definition.shape) : Array.isArray(options) ? options.map(String) : []
}

/** The nearest known name, if it is close enough to be what was meant. */
export function suggestion(given: unknown, known: readonly string[]): string {
  if (typeof given !== 'string' || given.length > 60) return ''
  const folded = fold(given)
  let best: string | null = null
  // A swapped pair of letters costs two.
  let least = folded.length < 5 ? 2 : Math.max(2, Math.floor(folded.length / 3)) + 1
  for (const name of known) {
    const distance = editDistance(folded, fold(name), least)
    if (distance < least) [best, least] = [name, distance]
  }
  return best === null ? '' : ` Did you mean "${best}"?`
}

function fold(name: string): string {
  return name.toLowerCase().replace(/[-_ ]/g, '')
}

/** Levenshtein; anything at or above `bound` may be answered as `bound`. */
function editDistance(left: string, right: string, bound: number): number {
  if (Math.abs(left.length - right.length) >= bound) return bound
  let row = Array.from({ length: right.length + 1 }, (_, index) => index)
  for (let i = 1; i <= left.length; i++) {
    const next = [i]
    for (let j = 1; j <= right.length; j++) {
      next[j] = Math.min((row[j] as number) + 1, (next[j - 1] as number) + 1, (row[j - 1] as number) + (left[i - 1] === right[j - 1] ? 0 : 1))
    }
    row = next
  }
  return row[right.length] as number
}
