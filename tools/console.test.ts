import { expect, test } from 'vitest'
import { ROUTE } from '../packages/console/src/paths.ts'
import { CONSOLE_SEGMENTS } from '../packages/server/src/http/console-assets.ts'
import { importsOf, isProductSource, readText, textFiles, withoutComments, placesOf } from './source-tree.ts'

const CONSOLE = 'packages/console/src/'
const SOURCES = textFiles().filter((path) => path.startsWith(CONSOLE) && isProductSource(path))

test('the server answers with the console for every page of it, and for nothing else', () => {
  const segments = new Set(Object.values(ROUTE).flatMap((path) => (path === '/' ? [] : [path.split('/')[1] as string])))
  expect([...segments].toSorted()).toEqual([...CONSOLE_SEGMENTS].toSorted())
})

test('imports go down only: pages, forms, components, api and hooks, ui, util and text', () => {
  const FLOORS: Record<string, number> = {
    'main.tsx': 8,
    'router.tsx': 7,
    pages: 6,
    components: 5,
    // What pages of one subject share.
    members: 5,
    audit: 5,
    credentials: 5,
    configuration: 5,
    sunsets: 5,
    health: 5,
    organizations: 5,
    operator: 5,
    keys: 5,
    forms: 4,
    addresses: 4,
    hooks: 3,
    api: 3,
    ui: 2,
    text: 1,
    util: 1,
    'paths.ts': 1,
  }
  const roomOf = (path: string): string => path.slice(CONSOLE.length).split('/')[0] as string
  const scripts = SOURCES.filter((path) => /\.tsx?$/.test(path))
  expect(scripts.filter((path) => !(roomOf(path) in FLOORS))).toEqual([])
  const wrong = scripts.flatMap((path) =>
    importsOf(path)
      .filter(({ file }) => file?.startsWith(CONSOLE) && !file.endsWith('.css'))
      .filter(({ file }) => (FLOORS[roomOf(file as string)] ?? 0) > (FLOORS[roomOf(path)] ?? 0))
      .map(({ specifier }) => `${path} imports ${specifier}`),
  )
  expect(wrong).toEqual([])
})

test('of core and sdk a browser loads what needs no schemas', () => {
  const wrong = SOURCES.flatMap((path) =>
    importsOf(path)
      .filter(({ specifier, typeOnly }) => !typeOnly && /^@keywright\/core\/(?:contract|configuration)\/|^zod$|^@keywright\/server/.test(specifier))
      .map(({ specifier }) => `${path} imports ${specifier}`),
  )
  expect(wrong).toEqual([])
})

test('no markup is made of text, and no secret goes into storage', () => {
  const refused = /dangerouslySetInnerHTML|\binnerHTML\b|\beval\(|\bsessionStorage\b|\bindexedDB\b|document\.cookie/
  expect(SOURCES.flatMap((path) => placesOf(path, withoutComments(readText(path)), refused))).toEqual([])
  const kept = SOURCES.filter((path) => /\blocalStorage\.setItem\b/.test(readText(path))).map((path) => path.slice(CONSOLE.length))
  expect(kept.toSorted()).toEqual(['hooks/use-last-organization.ts', 'hooks/use-theme.ts'])
})
