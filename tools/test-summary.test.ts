import { expect, test } from 'vitest'
import { countVitest, summaryLine, type VitestReport } from './test-summary.ts'

function report(part: Partial<VitestReport>): VitestReport {
  return { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, testResults: [], ...part }
}

test('counts what passed, failed and was skipped', () => {
  const file = { status: 'failed', assertionResults: [{ status: 'failed' }, { status: 'passed' }] }
  const counts = countVitest(report({ numPassedTests: 5, numFailedTests: 1, numPendingTests: 2, numTodoTests: 1, testResults: [file] }), 1)
  expect(summaryLine(counts)).toBe('5 passed, 1 failed, 3 skipped')
})

test('counts a file that could not be loaded as one failure', () => {
  const counts = countVitest(report({ numPassedTests: 5, testResults: [{ status: 'failed', assertionResults: [] }] }), 1)
  expect(summaryLine(counts)).toBe('5 passed, 1 failed')
})

test('never calls a run that ended badly a success', () => {
  expect(countVitest(report({ numPassedTests: 5 }), 1).failed).toBe(1)
  expect(countVitest(null, 0).failed).toBe(1)
})

test('does not mention skipped tests when there are none', () => {
  expect(summaryLine(countVitest(report({ numPassedTests: 2 }), 0))).toBe('2 passed, 0 failed')
})
