import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from './root.ts'
import { readText, resolveLink, textFiles } from './source-tree.ts'

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
