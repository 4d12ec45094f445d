import { expect, test } from 'vitest'
import { groupByCause } from './parked-groups.ts'

test('the largest group comes first and keeps its order; equal ones go by cause', () => {
  const rows = ['b 1', 'a 1', 'c 1', 'c 2'].map((text) => ({ cause: text[0] ?? '', text }))
  expect(groupByCause(rows).map((group) => group.rows.map((row) => row.text))).toEqual([
    ['c 1', 'c 2'],
    ['a 1'],
    ['b 1'],
  ])
})
