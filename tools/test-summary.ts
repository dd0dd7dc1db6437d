/** The part of vitest's JSON report that we read. */
export interface VitestReport {
  numPassedTests: number
  numFailedTests: number
  numPendingTests: number
  numTodoTests: number
  testResults: FileReport[]
}

export interface FileReport {
  /** Path of the file. */
  name: string
  status: string
  assertionResults: { status: string; fullName: string }[]
}

export interface Counts {
  passed: number
  failed: number
  skipped: number
}

/**
 * What a run of vitest came to. A file that could not be loaded has no failed test of its own and counts as one; so does a run
 * that ended badly for a reason the report does not hold (no report, an error outside any test).
 */
export function countVitest(report: VitestReport | null, exitCode: number): Counts {
  if (report === null) return { passed: 0, failed: 1, skipped: 0 }
  const brokenFiles = report.testResults.filter((file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed')).length
  const failed = report.numFailedTests + brokenFiles
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && exitCode !== 0 ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
  }
}

/** Tests in a browser beside other tests may run into the patience of a busy machine. More files than this fail for another reason. */
const MOST_REPEATED = 3
const IN_BROWSER = /[/\\]e2e[/\\](console|browser)[/\\]/

/** Files of a failed run that are worth running once more, with nothing beside them: where only a few that use a browser failed. */
export function filesToRepeat(report: VitestReport | null): string[] {
  const failed = (report?.testResults ?? []).filter(({ status }) => status === 'failed').map(({ name }) => name)
  return failed.length <= MOST_REPEATED && failed.every((name) => IN_BROWSER.test(name)) ? failed : []
}

/** The first run with what its files came to when they ran once more. */
export function withRepeated(first: VitestReport, again: VitestReport): VitestReport {
  const testResults = first.testResults.map((file) => again.testResults.find(({ name }) => name === file.name) ?? file)
  const count = (...statuses: string[]) => testResults.flatMap((file) => file.assertionResults).filter(({ status }) => statuses.includes(status)).length
  return {
    testResults,
    numPassedTests: count('passed'),
    numFailedTests: count('failed'),
    numPendingTests: count('pending', 'skipped'),
    numTodoTests: count('todo'),
  }
}

/** `file > test` of each that failed. */
export function failedTests(report: VitestReport): string[] {
  return report.testResults
    .filter(({ status }) => status === 'failed')
    .flatMap(({ name, assertionResults }) => assertionResults.filter(({ status }) => status === 'failed').map(({ fullName }) => `${name} > ${fullName}`))
}

/** `12 passed, 0 failed`, and `, 3 skipped` when any were. */
export function summaryLine(counts: Counts): string {
  return `${counts.passed} passed, ${counts.failed} failed${counts.skipped > 0 ? `, ${counts.skipped} skipped` : ''}`
}
