import { expect, test } from 'vitest'
import { metadata } from '../contract/keys.ts'
import { text } from './fields.ts'

const said = (value: string) => text(40).safeParse(value).error?.issues[0]?.message

test.each([
  ['a line break, which would begin a header field or a line of a log', 'Acme\r\nSet-Cookie: x'],
  ['an escape, which a terminal obeys', 'Acme\u001b[2J'],
  ['a control of the second set, which some terminals obey too', 'Acme\u009b2J'],
  ['a turn of the direction of writing, which makes a name look like another', 'Acme\u202eemca'],
  ['an isolate of another direction', 'Acme\u2066x'],
])('a text with %s is refused', (_what, value) => {
  expect(said(value)).toBe('Must not contain control characters.')
})

test('half of a surrogate pair is refused: it could not be stored as it was answered', () => {
  expect(said('Acme \ud83d')).toContain('whole characters')
  expect(metadata.safeParse({ owner: '\udc00' }).success).toBe(false)
})

test('texts of any language pass as they are', () => {
  for (const value of ['Zoë', 'محمد', '株式会社', '👩‍💻 team']) expect(text(40).parse(value)).toBe(value)
})
