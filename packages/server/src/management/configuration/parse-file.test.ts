import { describe, expect, it } from 'vitest'
import { MAX_CONFIGURATION_BYTES, parseConfigurationFile, parseConfigurationValue } from './parse-file.ts'

/** Every mistake as `path | code | message`. */
function mistakes(text: string): string[] {
  const result = parseConfigurationFile(text)
  return result.ok ? [] : result.error.map((error) => `${error.path} | ${error.code} | ${error.message}`)
}
const codes = (text: string): string[] => mistakes(text).map((line) => line.split(' | ').slice(0, 2).join(' '))

describe('a configuration file', () => {
  it('is YAML or JSON', () => {
    const yaml = parseConfigurationFile('version: 1\nkeyTypes:\n  - { slug: a, prefix: a, mints: { lifetime: 1h } } # a comment\n')
    const json = parseConfigurationFile('{"version": 1, "keyTypes": [{"slug": "a", "prefix": "a", "mints": {"lifetime": "1h"}}]}')
    expect(yaml).toMatchObject({ ok: true, value: { keyTypes: [{ slug: 'a', mints: { lifetime: 3600 } }] } })
    expect(json).toEqual(yaml)
  })

  it('may begin with a byte order mark and end its lines with CR LF', () => {
    expect(parseConfigurationFile('\ufeffversion: 1\r\nentitlements: [a]\r\n')).toMatchObject({ ok: true, value: { entitlements: ['a'] } })
  })

  it('keeps instants and words such as "no" as the texts they are', () => {
    const text =
      'version: 1\nentitlements: [no]\nkeyTypes: [{ slug: a, prefix: a, sunset: [{ deprecatedAt: 2025-07-15T00:00:00Z, retiredAt: 2025-10-15T00:00:00Z }] }]'
    expect(parseConfigurationFile(text)).toMatchObject({
      ok: true,
      value: { entitlements: ['no'], keyTypes: [{ sunset: [{ retiredAt: Date.UTC(2025, 9, 15) }] }] },
    })
  })

  it('has every mistake named at once, with its line and field', () => {
    const text = [
      'version: 1',
      'keytypes: []',
      'keyTypes:',
      '  - slug: Ucd',
      '    prefix:',
      '      - ucd',
      '    secretLength: 10',
      '    cap: { max: 5, counts: notremoved }',
      '    addresses:',
      '      mode: optional',
      '      organizationList:',
      '        - 300.1.1.1',
      '        - 10.0.0.1/8',
      '    scopes: { offered: [{ scop: x }] }',
      '    presentation: { labels: { isue: Generate } }',
      '  - slug: b',
      'apis:',
      '  - slug: x',
      '    accepts: [b]',
      '    routes: [{ method: get, path: x }]',
      '    carriers: [{ in: query, name: key }]',
    ].join('\n')
    expect(mistakes(text)).toEqual([
      'keytypes | unknown_field | line 2: The field "keytypes" is not known. Did you mean "keyTypes"?',
      'keyTypes[0].slug | invalid_value | line 4: Must be 1 to 63 of a-z, 0-9 and "-", beginning and ending with a letter or digit.',
      'keyTypes[0].prefix | invalid_type | line 5: Must be a text, not a list.',
      'keyTypes[0].secretLength | too_small | line 7: Must be at least 36.',
      'keyTypes[0].cap.counts | invalid_value | line 8: Must be one of "notRemoved", "active". Did you mean "notRemoved"?',
      expect.stringMatching(/^keyTypes\[0\]\.addresses\.organizationList\[0\] \| invalid_value \| line 12: /),
      expect.stringMatching(/^keyTypes\[0\]\.addresses\.organizationList\[1\] \| invalid_value \| line 13: .*10\.0\.0\.0\/8/),
      'keyTypes[0].scopes.offered[0].scope | required | line 14: This field is required.',
      'keyTypes[0].scopes.offered[0].scop | unknown_field | line 14: The field "scop" is not known. Did you mean "scope"?',
      'keyTypes[0].presentation.labels.isue | unknown_field | line 15: The field "isue" is not known. Did you mean "issue"?',
      'keyTypes[1].prefix | required | line 16: This field is required.',
      expect.stringMatching(/^apis\[0\]\.routes\[0\]\.method \| invalid_value \| line 20: Must be one of .* Did you mean "GET"\?/),
      'apis[0].routes[0].path | invalid_value | line 20: Must begin with "/" and be at most 500 characters.',
      'apis[0].carriers[0].in | invalid_value | line 21: Must be one of "header", "body".',
    ])
  })

  it('names the second of two things that it calls alike, with the line', () => {
    const text =
      'version: 1\nentitlements: [a, a]\nenvironments: [b, b]\nkeyTypes:\n  - { slug: a, prefix: a }\n  - { slug: a, prefix: a }\napis:\n  - { slug: x, accepts: [a] }\n  - { slug: x, accepts: [a] }'
    expect(mistakes(text)).toEqual([
      'entitlements[1] | duplicate_slug | line 2: The entitlement "a" stands twice.',
      'environments[1] | duplicate_slug | line 3: The environment "b" stands twice.',
      'keyTypes[1].slug | duplicate_slug | line 6: The slug "a" stands twice.',
      'keyTypes[1].prefix | duplicate_prefix | line 6: The prefix "a" stands twice.',
      'apis[1].slug | duplicate_slug | line 9: The slug "x" stands twice.',
    ])
  })

  it.each<[string, string, string]>([
    ['an anchor', 'version: 1\nentitlements: &e [a]', 'entitlements yaml_anchor'],
    ['an alias', 'version: 1\nentitlements: &e [a]\nenvironments: *e', 'environments yaml_alias'],
    ['a merge key', 'version: 1\n<<: { a: 1 }', '["<<"] yaml_merge'],
    ['a tag of its own', 'version: !one 1', ' yaml_tag'],
    ['a tag beyond core', 'version: 1\nentitlements: !!set { a }', ' yaml_tag'],
    ['a second document', 'version: 1\n---\nversion: 1', ' several_documents'],
    ['a directive, which could bring YAML 1.1 back', '%YAML 1.1\n---\nversion: 1', ' yaml_directive'],
    ['a repeated field', 'version: 1\nversion: 1', 'version duplicate_field'],
    ['a repeated field in JSON', '{"version": 1, "entitlements": [], "entitlements": ["a"]}', 'entitlements duplicate_field'],
    ['a field that is no text', '? [a]\n: b', ' invalid_yaml'],
    ['not a number', 'version: .nan', 'version invalid_number'],
    ['a number without end', 'version: -.inf', 'version invalid_number'],
    ['a number too large to be exact', 'version: 99999999999999999999', 'version invalid_number'],
    ['a field called __proto__', 'version: 1\n__proto__: { a: 1 }', '__proto__ unknown_field'],
    ['a field called constructor', 'version: 1\nconstructor: 1', 'constructor unknown_field'],
    ['a list', '- version: 1', ' invalid_type'],
    ['an empty file', '# nothing\n', ' required'],
    ['another version', 'version: 2', 'version invalid_value'],
    ['no version', 'entitlements: [a]', 'version required'],
    ['tabs', 'a:\n\tb: 1', ' invalid_yaml'],
    ['a bracket that is never closed', 'version: [', ' invalid_yaml'],
  ])('may not hold %s', (_name, text, expected) => {
    expect(codes(text)).toContain(expected)
    for (const line of mistakes(text)) expect(line).toMatch(/ \| line \d+: \S.*[.?]$/)
  })

  it('has at most a megabyte, counted in bytes', () => {
    const file = (bytes: number) => `version: 1 #${'ä'.repeat((bytes - 12) / 2)}`
    expect(codes(file(MAX_CONFIGURATION_BYTES))).toEqual([])
    expect(codes(file(MAX_CONFIGURATION_BYTES + 2))).toEqual([' too_large'])
  })

  it.each([
    ['in flow', `a: ${'['.repeat(40)}${']'.repeat(40)}`],
    ['in flow, without end', '['.repeat(100_000)],
    ['in block', '- '.repeat(50_000)],
    ['as keys', '? '.repeat(50_000)],
  ])('is refused, not tried, when it is nested too deep %s', (_name, text) => {
    expect(codes(text).some((line) => line.endsWith('too_deep'))).toBe(true)
  })

  it('with many thousands of fields is answered soon and with a bounded list', () => {
    const lines = mistakes(Array.from({ length: 50_000 }, (_, index) => `k${index}: 1`).join('\n'))
    expect(lines).toHaveLength(201)
    expect(lines.at(-1)).toMatch(/more_errors \| There are \d+ more mistakes\.$/)
  })

  it('leaves no trace on the prototypes', () => {
    parseConfigurationFile('version: 1\n__proto__: { polluted: 1 }\nconstructor: { prototype: { polluted: 1 } }')
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  })

  it('repeats no more than the beginning of a name it does not know', () => {
    for (const line of mistakes(`version: 1\n${'x'.repeat(500)}: 1`)) expect(line.length).toBeLessThan(250)
  })
})

describe('a configuration that came as a JSON body', () => {
  const errors = (value: unknown) => {
    const result = parseConfigurationValue(value)
    return result.ok ? [] : result.error.map((error) => `${error.path} ${error.code} ${error.message}`)
  }

  it('is read like a file', () => {
    expect(parseConfigurationValue({ version: 1, entitlements: ['a'] })).toEqual(parseConfigurationFile('{"version": 1, "entitlements": ["a"]}'))
  })

  it('has its mistakes named without lines', () => {
    expect(
      errors({
        version: 1,
        keyTypes: [
          { slug: 'a', prefix: 'a' },
          { slug: 'a', prefx: 'b' },
        ],
      }),
    ).toEqual([
      'keyTypes[1].prefix required This field is required.',
      'keyTypes[1].prefx unknown_field The field "prefx" is not known. Did you mean "prefix"?',
      'keyTypes[1].slug duplicate_slug The slug "a" stands twice.',
    ])
  })

  it('may be anything at all and is refused with a sentence', () => {
    for (const value of [null, undefined, 1, 'x', [], true, Number.NaN]) expect(errors(value)).toHaveLength(1)
  })

  it('cannot smuggle a prototype in, or nest without end', () => {
    expect(
      errors(JSON.parse('{"version": 1, "__proto__": {"a": 1}, "keyTypes": [{"slug": "a", "prefix": "a", "presentation": {"labels": {"__proto__": "x"}}}]}')),
    ).toEqual([
      '__proto__ unknown_field The field "__proto__" is not known.',
      'keyTypes[0].presentation.labels.__proto__ unknown_field The field "__proto__" is not known.',
    ])
    expect(errors(JSON.parse(`{"version": 1, "entitlements": ${'['.repeat(3000)}${']'.repeat(3000)}}`)).some((line) => line.includes('too_deep'))).toBe(true)
  })
})
