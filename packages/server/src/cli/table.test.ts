import { describe, expect, test } from 'vitest'
import { cut, facts, table, textWidth, type Column } from './table.ts'

interface Row {
  id: string
  name: string
}
const COLUMNS: readonly Column<Row>[] = [
  { header: 'ID', value: (row) => row.id, keep: true },
  { header: 'NAME', value: (row) => row.name, color: () => 'green' },
]

describe('a table', () => {
  test('stands in columns, without blanks at the ends of lines', () => {
    const rows = [
      { id: 'key_1', name: 'a' },
      { id: 'k', name: 'longer' },
    ]
    expect(table(COLUMNS, rows, null, false)).toBe('ID     NAME\nkey_1  a\nk      longer')
  })

  test('fits the terminal, and cuts no id to do so', () => {
    const rows = [{ id: 'key_0123456789', name: 'a name that is much too long' }]
    const lines = table(COLUMNS, rows, 30, false).split('\n')
    expect(lines[1]).toBe('key_0123456789  a name that i…')
    expect(Math.max(...lines.map(textWidth))).toBeLessThanOrEqual(30)
  })

  test('keeps its columns when cells are coloured or wide', () => {
    expect(
      table(
        COLUMNS.toReversed(),
        [
          { id: 'k', name: '鍵' },
          { id: 'k', name: 'abc' },
        ],
        null,
        false,
      ),
    ).toBe('NAME  ID\n鍵    k\nabc   k')
    expect(table(COLUMNS, [{ id: 'k', name: 'n' }], null, true)).toContain('\u001b[32mn')
  })

  test('does not let a name of somebody else command the terminal', () => {
    expect(table(COLUMNS, [{ id: 'k', name: '\u001b[2Jgone\r\u202e' }], null, false)).toBe('ID  NAME\nk   \ufffd[2Jgone\ufffd\ufffd')
    expect(facts([['Name', 'a\nId  key_2']])).toBe('Name  a\ufffdId  key_2')
  })
})

test('facts leave out what there is not', () => {
  expect(
    facts([
      ['Id', 'key_1'],
      ['Origin', null],
      ['Name', 'n'],
    ]),
  ).toBe('Id    key_1\nName  n')
})

test.each([
  ['abc', 3, 'abc'],
  ['abcd', 3, 'ab…'],
  ['鍵鍵', 3, '鍵…'],
  ['abc', 0, ''],
])('%j is cut to %i columns as %j', (text, width, expected) => {
  expect(cut(text, width)).toBe(expected)
})
