/**
 * Counts the tests of one vitest run.
 * @param report what its JSON reporter wrote; undefined when vitest ended before it wrote
 * @param exitCode vitest's own: not 0 also where no single test failed (an unhandled error, no test found)
 * @returns the counts, and the names of the skipped tests
 */
export function countTests(report: string | undefined, exitCode: number | null): TestCounts {
  const counts: TestCounts = { passed: 0, failed: 0, skipped: 0, skippedNames: [] }
  const { testResults }: VitestReport = report === undefined ? { testResults: [] } : JSON.parse(report)
  for (const file of testResults) {
    for (const { status, fullName } of file.assertionResults) {
      if (status === 'passed') counts.passed++
      else if (status === 'failed') counts.failed++
      else {
        counts.skipped++
        counts.skippedNames.push(fullName.trim())
      }
    }
    // A file that does not load has no tests to fail.
    const hasFailedTest = file.assertionResults.some(({ status }) => status === 'failed')
    if (file.status === 'failed' && !hasFailedTest) counts.failed++
  }
  if (exitCode !== 0 && counts.failed === 0) counts.failed = 1
  return counts
}

export type TestCounts = { passed: number; failed: number; skipped: number; skippedNames: string[] }

/** The part of vitest's JSON report that is read here. */
type VitestReport = {
  testResults: { status: string; assertionResults: { status: string; fullName: string }[] }[]
}
