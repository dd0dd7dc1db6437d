import { KeywrightError } from '@keywright/sdk/client/keywright-error.ts'
import { expect, test } from 'vitest'
import { nameValues } from './name-values.ts'

test('a problem with one of many values says which, and nothing else of it changes', () => {
  const error = new KeywrightError({
    code: 'invalid_request',
    status: 422,
    detail: 'The request does not say what it must.',
    support: 'help@example.com',
    requestId: 'req_1',
    errors: [
      { path: 'aliases[1]', code: 'invalid', message: 'Must be letters.' },
      { path: 'aliases[7]', code: 'invalid', message: 'Must be letters.' },
      { path: 'slug', code: 'invalid', message: 'Must be a slug.' },
    ],
  })
  const named = nameValues(error, { aliases: ['fine', 'not fine'] })
  expect(named).toMatchObject({ code: 'invalid_request', status: 422, message: error.message, support: 'help@example.com', requestId: 'req_1' })
  expect(named?.errors.map(({ message }) => message)).toEqual(['“not fine”: Must be letters.', 'Must be letters.', 'Must be a slug.'])
  expect(nameValues(null, {})).toBeNull()
})
