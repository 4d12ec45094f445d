import { expect, test } from 'vitest'
import { countTests } from './vitest-report.ts'

const file = (status: string, ...statuses: string[]) => ({
  status,
  assertionResults: statuses.map((status, nth) => ({ status, fullName: ` test ${nth}` })),
})
const report = (...testResults: object[]) => JSON.stringify({ testResults })

test('every test is counted once, and a skipped one is named', () => {
  const text = report(
    file('passed', 'passed', 'passed'),
    file('failed', 'failed', 'passed', 'pending', 'todo'),
  )
  expect(countTests(text, 1)).toEqual({
    passed: 3,
    failed: 1,
    skipped: 2,
    skippedNames: ['test 2', 'test 3'],
  })
})

test.each([
  [
    'a file that does not load',
    report(file('failed'), file('passed', 'passed')),
    1,
    { passed: 1, failed: 1 },
  ],
  ['a hook that fails after the tests', report(file('failed', 'passed')), 1, { passed: 1, failed: 1 }],
  ['an error outside of any test', report(file('passed', 'passed')), 1, { passed: 1, failed: 1 }],
  ['no test at all', report(), 1, { passed: 0, failed: 1 }],
  ['vitest that ends before it reports', undefined, 134, { passed: 0, failed: 1 }],
])('%s is a failure', (_, text, exitCode, counts) => {
  expect(countTests(text, exitCode)).toMatchObject(counts)
})
