import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { zhProblems } from './zh-problems.ts'

test('every error that the API answers is said in Chinese, and none that it does not', () => {
  const reference = readFileSync(`${import.meta.dirname}/../../../../docs/reference/errors.md`, 'utf8')
  // What stands under the last heading ends a process before it answers anybody.
  const [answered = ''] = reference.split('\n## The database')
  const codes = [...answered.matchAll(/^\| `([a-z-]+)`/gm)].map(([, code]) => code)
  expect(codes.length).toBeGreaterThan(200)
  expect(Object.keys(zhProblems).sort()).toEqual([...new Set(codes)].sort())
})
