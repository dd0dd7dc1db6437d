import { OPERATIONS } from '@keywright/core/contract/operations.ts'
import { openApiDocument } from '@keywright/core/contract/openapi.ts'
import { expect, test } from 'vitest'
import { referencePage } from './reference-page.ts'

test('names every operation, and forward-auth once', () => {
  const page = referencePage(openApiDocument())
  for (const operation of OPERATIONS) expect(page).toContain(`id="${operation.id}"`)
  expect(page.split('/v1/authorize/{api}')).toHaveLength(2)
})

test('loads nothing and runs nothing', () => {
  expect(referencePage(openApiDocument())).not.toMatch(/<script|src=|href="http|url\(/)
})

test('text of the document cannot become markup', () => {
  const operation = { operationId: '"><b>', summary: '<img onerror=x>', tags: ["<i>'"], parameters: [], responses: { 200: {} } }
  expect(referencePage({ paths: { '/<u>': { get: operation } } })).not.toMatch(/<img|"><b>|<u>/)
})
