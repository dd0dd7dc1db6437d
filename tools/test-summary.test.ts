import { expect, test } from 'vitest'
import { countVitest, failedTests, filesToRepeat, summaryLine, type VitestReport, withRepeated } from './test-summary.ts'

function report(part: Partial<VitestReport>): VitestReport {
  return { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, testResults: [], ...part }
}

function fileReport(name: string, ...statuses: string[]) {
  return {
    name,
    status: statuses.includes('failed') ? 'failed' : 'passed',
    assertionResults: statuses.map((status, index) => ({ status, fullName: `test ${index}` })),
  }
}

test('counts what passed, failed and was skipped', () => {
  const file = fileReport('/x/tools/a.test.ts', 'failed', 'passed')
  const counts = countVitest(report({ numPassedTests: 5, numFailedTests: 1, numPendingTests: 2, numTodoTests: 1, testResults: [file] }), 1)
  expect(summaryLine(counts)).toBe('5 passed, 1 failed, 3 skipped')
})

test('counts a file that could not be loaded as one failure', () => {
  const counts = countVitest(report({ numPassedTests: 5, testResults: [{ name: '/x/a.test.ts', status: 'failed', assertionResults: [] }] }), 1)
  expect(summaryLine(counts)).toBe('5 passed, 1 failed')
})

test('never calls a run that ended badly a success', () => {
  expect(countVitest(report({ numPassedTests: 5 }), 1).failed).toBe(1)
  expect(countVitest(null, 0).failed).toBe(1)
})

test('does not mention skipped tests when there are none', () => {
  expect(summaryLine(countVitest(report({ numPassedTests: 2 }), 0))).toBe('2 passed, 0 failed')
})

const IN_BROWSER = '/x/e2e/console/keys.e2e.test.ts'
const ELSEWHERE = '/x/e2e/durability/crash.e2e.test.ts'

test('a few files of tests in a browser are run once more; anything else that fails has failed', () => {
  expect(filesToRepeat(report({ testResults: [fileReport(IN_BROWSER, 'failed'), fileReport(ELSEWHERE, 'passed')] }))).toEqual([IN_BROWSER])
  expect(filesToRepeat(report({ testResults: [fileReport(IN_BROWSER, 'failed'), fileReport(ELSEWHERE, 'failed')] }))).toEqual([])
  expect(filesToRepeat(report({ testResults: [1, 2, 3, 4].map((number) => fileReport(`/x/e2e/console/${number}.e2e.test.ts`, 'failed')) }))).toEqual([])
  expect(filesToRepeat(report({ testResults: [fileReport(IN_BROWSER, 'passed')] }))).toEqual([])
  expect(filesToRepeat(null)).toEqual([])
})

test('what a file came to the second time counts, and what failed the first time is named', () => {
  const first = report({
    numPassedTests: 3,
    numFailedTests: 1,
    testResults: [fileReport(IN_BROWSER, 'passed', 'failed'), fileReport(ELSEWHERE, 'passed', 'passed')],
  })
  expect(summaryLine(countVitest(withRepeated(first, report({ testResults: [fileReport(IN_BROWSER, 'passed', 'passed')] })), 0))).toBe('4 passed, 0 failed')
  expect(summaryLine(countVitest(withRepeated(first, report({ testResults: [fileReport(IN_BROWSER, 'failed', 'failed')] })), 1))).toBe('2 passed, 2 failed')
  // Nothing ran the second time: the first counts.
  expect(summaryLine(countVitest(withRepeated(first, report({})), 1))).toBe('3 passed, 1 failed')
  expect(failedTests(first)).toEqual([`${IN_BROWSER} > test 1`])
})
