import { expect, test } from 'vitest'
import { groupByReason } from './parked-groups.ts'

test('the largest group comes first and keeps its order; equal ones go by code', () => {
  const rows = ['b 1', 'a 1', 'c 1', 'c 2'].map((text) => ({ reasonCode: text[0] ?? '', text }))
  expect(groupByReason(rows).map((group) => group.rows.map((row) => row.text))).toEqual([
    ['c 1', 'c 2'],
    ['a 1'],
    ['b 1'],
  ])
})
