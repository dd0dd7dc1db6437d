import { readdirSync, readFileSync } from 'node:fs'
import { checkAddressLists, checkConfiguration, type Configuration } from '@keywright/core/configuration/check.ts'
import { configurationFile, type ConfigurationFile } from '@keywright/core/configuration/configuration.ts'
import { diffConfiguration } from '@keywright/core/configuration/diff.ts'
import { mergeConfiguration } from '@keywright/core/configuration/merge.ts'
import { printConfiguration } from '@keywright/core/configuration/print.ts'
import { stringify } from 'yaml'
import { describe, expect, it } from 'vitest'
import { parseConfigurationFile, parseConfigurationValue } from './parse-file.ts'

const FOLDER = new URL('../../../../../presets/', import.meta.url)
const GUIDES = new URL('../../../../../docs/guides/', import.meta.url)
const NAMES = readdirSync(FOLDER).filter((name) => name.endsWith('.yaml'))
/** The others name a vendor's system and have a guide. */
const SYSTEMS = NAMES.filter((name) => name !== 'starter.yaml')
const EMPTY: Configuration = { entitlements: [], environments: [], keyTypes: [], apis: [] }

function read(name: string): ConfigurationFile {
  const result = parseConfigurationFile(readFileSync(new URL(name, FOLDER), 'utf8'))
  if (!result.ok) throw new Error(`${name}: ${JSON.stringify(result.error, null, 2)}`)
  return result.value
}

describe('the presets', () => {
  it('are the four documented systems, and one to begin with', () => {
    expect(SYSTEMS.toSorted()).toEqual(['insidemaps.yaml', 'insider-2024.yaml', 'insider-one.yaml', 'insites.yaml'])
  })

  it.each(NAMES)('%s parses and has no mistake alone', (name) => {
    const file = read(name)
    const merged = mergeConfiguration(EMPTY, file)
    expect(checkConfiguration(merged)).toEqual([])
    expect(checkAddressLists(file.addressLists, merged)).toEqual([])
  })

  it('stand side by side in one installation, in any order, without a mistake', () => {
    for (const names of [NAMES, NAMES.toReversed()]) {
      let merged: Configuration = { ...EMPTY, environments: ['live', 'test'] }
      for (const name of names) {
        const file = read(name)
        const before = merged
        merged = mergeConfiguration(merged, file)
        // A slug that two presets share would show as changed, and the second would overwrite the first.
        expect(diffConfiguration(before, merged).changes.filter((change) => change.kind === 'changed')).toEqual([])
      }
      expect(checkConfiguration(merged)).toEqual([])
    }
  })

  it('change nothing when they are applied a second time', () => {
    for (const name of NAMES) {
      const once = mergeConfiguration(EMPTY, read(name))
      expect(diffConfiguration(once, mergeConfiguration(once, read(name)))).toEqual({ changes: [] })
    }
  })

  it.each(NAMES)('%s, printed and read again as YAML, JSON and value, is the same', (name) => {
    const file = read(name)
    const printed = printConfiguration(mergeConfiguration(EMPTY, file))
    expect(parseConfigurationFile(stringify(printed))).toEqual({ ok: true, value: file })
    expect(parseConfigurationFile(JSON.stringify(printed))).toEqual({ ok: true, value: file })
    expect(parseConfigurationValue(JSON.parse(JSON.stringify(printed)))).toEqual({ ok: true, value: file })
    expect(configurationFile.parse(printed)).toEqual(file)
  })

  it.each(SYSTEMS)('%s names its source and has a guide that names no type or API it lacks', (name) => {
    const system = name.replace('.yaml', '')
    expect(readFileSync(new URL(name, FOLDER), 'utf8')).toContain('Names belong to their vendors')
    const guide = readFileSync(new URL(`${system}.md`, GUIDES), 'utf8')
    const file = read(name)
    const slugs = [...file.keyTypes, ...file.apis].map((item) => item.slug)
    const named = [...guide.matchAll(/(?:--type |"type": ?"|--api |authorize\/|"api": ?")([a-z0-9-]+)/g)].map((match) => match[1])
    expect(named.length).toBeGreaterThan(0)
    expect(named.filter((slug) => !slugs.includes(slug as string))).toEqual([])
  })
})

describe('what the presets promise', () => {
  const type = (preset: string, slug: string) => read(`${preset}.yaml`).keyTypes.find((entry) => entry.slug === slug)

  it('gives Insider (2024) the 13 types of the API Keys page, each with a value that is shown once', () => {
    const listed = read('insider-2024.yaml').keyTypes.filter((entry) => entry.presentation.section === 'API Keys')
    expect(listed).toHaveLength(13)
    expect(listed.every((entry) => entry.visibility === 'once' && entry.prefix.startsWith('i24_'))).toBe(true)
    expect(listed.filter((entry) => entry.cap !== null).map((entry) => [entry.slug, entry.cap])).toEqual([
      ['insider-2024-ucd', { max: 5, counts: 'notRemoved', per: 'organization' }],
    ])
  })

  it('gives Insider One two active mobile keys, a list that lets nobody in, and the sunset of old web push keys', () => {
    expect(type('insider-one', 'insider-one-mobile')).toMatchObject({
      cap: { max: 2, counts: 'active' },
      addresses: { mode: 'optional', organizationList: [{ cidr: '127.0.0.1', label: null }] },
      carriers: [{ in: 'body', name: 'api_key' }],
    })
    expect(type('insider-one', 'insider-one-web-push')?.sunset).toEqual([
      {
        origin: 'web-push-settings',
        deprecatedAt: Date.UTC(2025, 6, 15),
        retiredAt: Date.UTC(2025, 9, 15),
        successor: 'insider-one-web-push',
        noticeDays: [90, 30, 7, 1],
      },
    ])
  })

  it('gives InsideMaps named keys that always end', () => {
    expect(type('insidemaps', 'insidemaps-api-key')).toMatchObject({
      naming: { mode: 'required', unique: true },
      expiry: { mode: 'required', presets: [1, 7, 30, 90, 365].map((days) => days * 86_400) },
    })
  })

  it('gives Insites exactly one key for each environment, made with it and never removed', () => {
    expect(type('insites', 'insites-instance-key')).toMatchObject({
      prefix: 'instance',
      secretLength: 50,
      cap: { max: 1, per: 'environment' },
      visibility: 'retrievable',
      autoProvision: true,
      remove: false,
      limits: [{ calls: 300, per: 60 }],
      roles: { stepUp: true },
    })
  })
})
