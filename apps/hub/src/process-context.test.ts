import { expect, test } from 'vitest'
import { processContext } from './process-context.ts'

test('ids are of version 7, differ, and are in the order in which they were asked for', () => {
  const ids = Array.from({ length: 20_000 }, () => processContext.uuid())
  expect(
    ids.every((id) => /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id)),
  ).toBe(true)
  expect(new Set(ids).size).toBe(ids.length)
  expect([...ids].sort()).toEqual(ids)
})
