import fc from 'fast-check'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { nullsAbsent, withoutNulls } from './nulls.ts'

test('a null property reads as one that is not there, at any depth; one that is needed is still missed', () => {
  const schema = nullsAbsent(
    z.object({
      id: z.string(),
      note: z.string().optional(),
      rows: z.array(z.object({ at: z.string().optional() })),
    }),
  )
  expect(schema.parse({ id: '1', note: null, rows: [{ at: null }, {}] })).toEqual({ id: '1', rows: [{}, {}] })
  expect(schema.safeParse({ id: null, rows: [] }).success).toBe(false)
  expect(schema.safeParse({ id: '1', rows: [null] }).success).toBe(false)
})

test('nothing else of an answer changes, whatever it is', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      const value: unknown = JSON.parse(text)
      const kept = withoutNulls(value)
      expect(withoutNulls(kept)).toEqual(kept)
      if (!text.includes('null')) expect(kept).toEqual(value)
    }),
  )
})
