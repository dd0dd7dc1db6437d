import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { describe, expect, test } from 'vitest'
import { createProgram } from '../packages/server/src/cli/program.ts'
import { ROOT } from './root.ts'
import { isProductSource, readText, resolveLink, textFiles } from './source-tree.ts'

const DOCUMENTS = textFiles().filter((path) => path.endsWith('.md'))

/** Text outside code, where links are links. */
function prose(path: string): string {
  return readText(path)
    .replace(/^```[\s\S]*?^```/gm, '')
    .replace(/`[^`\n]*`/g, 'code')
}

/** The anchors a reader can jump to. */
function anchors(path: string): Set<string> {
  const headings = readText(path)
    .replace(/^```[\s\S]*?^```/gm, '')
    .matchAll(/^#{1,6} (.+)$/gm)
  return new Set(
    [...headings].map(([, heading]) =>
      (heading as string)
        .toLowerCase()
        .replace(/[^\p{Letter}\p{Number}\s_-]/gu, '')
        .trim()
        .replace(/\s/g, '-'),
    ),
  )
}

test('every relative link of the documents leads somewhere, its anchor too', () => {
  const broken: string[] = []
  for (const path of DOCUMENTS) {
    for (const [, target] of prose(path).matchAll(/\]\(<?([^)\s>]+)>?(?:\s+"[^"]*")?\)/g)) {
      const [file, anchor] = (target as string).split('#') as [string, string | undefined]
      if (/^[a-z][a-z0-9+.-]*:/i.test(file)) continue
      const found = file === '' ? path : resolveLink(path, decodeURI(file))
      if (found === null || !existsSync(join(ROOT, found))) broken.push(`${path}: ${target}`)
      else if (anchor !== undefined && found.endsWith('.md') && !anchors(found).has(anchor)) broken.push(`${path}: ${target}`)
    }
  }
  expect(broken).toEqual([])
})

test('every preset the documents name exists', () => {
  const missing = DOCUMENTS.flatMap((path) =>
    [...readText(path).matchAll(/\bpresets\/[\w.-]+\.ya?ml\b/g)].filter(([preset]) => !existsSync(join(ROOT, preset))).map(([preset]) => `${path}: ${preset}`),
  )
  expect(missing).toEqual([])
})

test('every file and folder of the repository that the documents name exists', () => {
  const files = textFiles()
  const exists = (named: string): boolean => files.some((file) => file === named || file.startsWith(named.endsWith('/') ? named : `${named}/`))
  const missing = DOCUMENTS.flatMap((path) =>
    [...readText(path).matchAll(/`((?:packages|tools|e2e|presets|vectors|bench|docs)\/[\w./-]*)`/g)]
      .filter(([, named]) => !exists(named as string))
      .map(([, named]) => `${path}: ${named}`),
  )
  expect(missing).toEqual([])
})

test('every npm script the documents name exists', () => {
  const { scripts } = JSON.parse(readText('package.json')) as { scripts: Record<string, string> }
  const missing = DOCUMENTS.flatMap((path) =>
    [...readText(path).matchAll(/\bnpm run (?:--silent |-s )?([a-z][\w:-]*)/g)]
      .filter(([, name]) => !((name as string) in scripts))
      .map(([, name]) => `${path}: npm run ${name}`),
  )
  expect(missing).toEqual([])
})

/** What digests are made over begins with the name as well. */
const NO_COMMANDS: readonly string[] = ['keywright snapshot file', 'keywright csrf']

describe('every command line that is shown to people', () => {
  const program = createProgram({ io: process, exitCode: 0 })
  /** What is wrong with the words after `keywright`; null: nothing. */
  const fault = (words: readonly string[]): string | null => {
    let command: Command = program
    let rest = words
    for (let next = rest[0]; next !== undefined && command.commands.length > 0; next = rest[0]) {
      if (next.startsWith('-')) break
      const found = command.commands.find((each) => each.name() === next)
      if (found === undefined) return `there is no command "${words.slice(0, words.length - rest.length + 1).join(' ')}"`
      command = found
      rest = rest.slice(1)
    }
    const options = [...command.options.map(({ long }) => long), '--help', ...(command === program ? ['--version'] : [])]
    const unknown = rest.filter((word) => word.startsWith('--') && !options.includes(word.split('=')[0] as string))
    return unknown.length === 0 ? null : `"${command.name()}" has no ${unknown.join(', ')}`
  }
  const faults = (path: string, line: string): string[] => {
    // A shell's next command, a comment and a substitution end it.
    const shown = /(?:^|[\s(])keywright(?: --(?= ))? ([a-z-][^#|;&)>]*)/.exec(line)?.[1]
    const found = shown === undefined ? null : fault(shown.trim().split(/\s+/))
    return found === null ? [] : [`${path}: ${line.trim()}: ${found}`]
  }

  test('in documents is one that exists, with its options', () => {
    const shown = DOCUMENTS.filter((path) => path !== 'CHANGELOG.md').flatMap((path) => {
      const blocks = [...readText(path).matchAll(/^```(?:sh|bash|shell|)\n([\s\S]*?)^```/gm)].flatMap(([, block]) =>
        (block as string).replaceAll('\\\n', ' ').split('\n'),
      )
      const spans = [...readText(path).matchAll(/`((?:npm run (?:--silent |-s )?)?keywright [^`\n]+)`/g)].map(([, span]) => span as string)
      return [...blocks, ...spans].filter((line) => /(?:^|[\s(])keywright (?!-- \.\.\.)/.test(line)).map((line) => ({ path, line }))
    })
    expect(shown.length).toBeGreaterThan(40)
    expect(shown.flatMap(({ path, line }) => faults(path, line))).toEqual([])
  })

  test('in messages of the program is one that exists, with its options', () => {
    const shown = textFiles()
      .filter((path) => isProductSource(path) && path.startsWith('packages/'))
      .flatMap((path) =>
        [...readText(path).matchAll(/(?<=["'`] ?(?:npm run --silent )?)keywright (?:-- )?[a-z-]+(?: (?:--)?[a-z][a-z-]*)*/g)].map(([line]) => ({ path, line })),
      )
      .filter(({ line }) => !NO_COMMANDS.includes(line))
    expect(shown.length).toBeGreaterThan(10)
    expect(shown.flatMap(({ path, line }) => faults(path, line))).toEqual([])
  })
})

test('every decision record says when it becomes wrong and is listed', () => {
  const records = DOCUMENTS.filter((path) => /^docs\/decisions\/\d{4}-/.test(path))
  const list = readText('docs/decisions/README.md')
  expect(records.length).toBeGreaterThan(0)
  expect(records.filter((path) => !/^## Becomes wrong when$/m.test(readText(path)))).toEqual([])
  expect(records.filter((path) => !list.includes(`(${path.slice('docs/decisions/'.length)})`))).toEqual([])
})

test('what continuous integration runs can be run', () => {
  expect(statSync(join(ROOT, '.ci/run')).mode & 0o111).not.toBe(0)
})
