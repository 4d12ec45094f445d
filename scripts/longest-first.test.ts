import { existsSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { LONGEST } from './longest-first.ts'

test('the files that begin first are there', () => {
  const root = path.dirname(import.meta.dirname)
  expect(LONGEST.filter((name) => !existsSync(path.join(root, name)))).toEqual([])
})
