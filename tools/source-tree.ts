/** Reads the checkout as text, for the tests of repository facts. Needs no git, so an unpacked archive is tested too. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix, relative, sep } from 'node:path'
import { ROOT } from './root.ts'

const NOT_OURS = new Set(['node_modules', '.git', '.cache', 'coverage', 'data'])
const NOT_OURS_PATHS = new Set(['bench/results', 'packages/console/dist', 'packages/sdk/dist'])
const TEXT = /(?:\.(?:ts|tsx|js|cjs|mjs|json|md|yaml|yml|sql|sh|css|html|txt|conf)|\/run|^[A-Z]+|\/\.[a-z]+|^\.[a-z]+)$/

/** A module a file names, and whether only its types are wanted. */
export interface Import {
  /** As written. */
  specifier: string
  /** From the root of the repository when relative, else null. */
  file: string | null
  typeOnly: boolean
}

/** Every text file of the repository, as paths from its root with `/`. */
export function textFiles(): string[] {
  const found: string[] = []
  const walk = (folder: string): void => {
    for (const entry of readdirSync(join(ROOT, folder), { withFileTypes: true })) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`
      // `.git` is a file in a linked work tree.
      if (NOT_OURS.has(entry.name) || NOT_OURS_PATHS.has(path)) continue
      if (entry.isDirectory()) walk(path)
      else if (entry.isFile() && TEXT.test(path) && !path.endsWith('.log')) found.push(path)
    }
  }
  walk('')
  return found.toSorted()
}

export function readText(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8')
}

/** Source that ships or runs, without tests and what tests share. */
export function isProductSource(path: string): boolean {
  return /^packages\/[^/]+\/src\/.*\.tsx?$/.test(path) && !isTestSource(path) && !path.endsWith('.generated.ts')
}

/** Tests, their fixtures and helpers (`*.test.ts`, `*.test-helper.ts`, anything under `testing/`). */
export function isTestSource(path: string): boolean {
  return /\.test(?:-helper)?\.tsx?$|\/testing\//.test(path)
}

/** The text with comments blanked; line numbers stay. */
export function withoutComments(source: string): string {
  return source.replace(TOKENS, (token) => (token.startsWith('//') || token.startsWith('/*') ? blank(token) : token))
}

/** The text with comments and the inside of strings blanked; line numbers stay. */
export function withoutCommentsAndStrings(source: string): string {
  return source.replace(TOKENS, blank)
}

/** Strings and comments, whichever begins first; good enough for formatted source. */
const TOKENS = /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\[\s\S]|[^`\\])*`|\/\/[^\n]*|\/\*[\s\S]*?\*\//g

function blank(token: string): string {
  return token.replace(/[^\n]/g, ' ')
}

/** Static and dynamic imports, re-exports, and files named by `new URL('./x.ts', import.meta.url)` (workers). */
export function importsOf(path: string): Import[] {
  const source = withoutComments(readText(path))
  const imports: Import[] = []
  const add = (specifier: string, typeOnly: boolean): void => {
    imports.push({ specifier, typeOnly, file: specifier.startsWith('.') ? posix.normalize(posix.join(posix.dirname(path), specifier)) : null })
  }
  for (const match of source.matchAll(/^(?:import|export)\s+(type\s)?(?:[^'"`;]*?\sfrom\s+)?['"]([^'"]+)['"]/gm))
    add(match[2] as string, match[1] !== undefined)
  for (const match of source.matchAll(/\bimport\(\s*['"]([^'"]+)['"]/g)) add(match[1] as string, false)
  for (const match of source.matchAll(/new URL\(\s*['"](\.[^'"]+)['"],\s*import\.meta\.url/g)) add(match[1] as string, false)
  return imports
}

/** `path:line` of each match. */
export function placesOf(path: string, text: string, pattern: RegExp): string[] {
  return [...text.matchAll(new RegExp(pattern.source, pattern.flags.includes('g') ? pattern.flags : `${pattern.flags}g`))].map(
    (match) => `${path}:${text.slice(0, match.index).split('\n').length}: ${match[0].trim()}`,
  )
}

/** Path of a file named in a document, from the root of the repository; null when it leaves the repository. */
export function resolveLink(from: string, target: string): string | null {
  const path = relative(ROOT, target.startsWith('/') ? join(ROOT, target) : join(ROOT, dirname(from), target))
  return path.startsWith('..') ? null : path.split(sep).join('/')
}
