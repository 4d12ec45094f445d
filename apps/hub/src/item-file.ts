import { z } from 'zod'
import type { RowProblem } from './import-problem.ts'

/** A list of items to import, as JSON over the API; files have a way of their own (`imports/`). */
const row = z.object({
  sku: z.string().trim().min(1, 'is empty').max(200, 'has more than 200 characters'),
  name: z.string().trim().min(1, 'is empty').max(500, 'has more than 500 characters'),
  location: z.string().trim().min(1).max(100, 'has more than 100 characters').optional(),
  /** Opening stock in base units; absent is not zero: nothing is received then. */
  quantity: z.int('is not a whole number').min(0, 'is negative').optional(),
})
export type ItemRow = z.infer<typeof row>

export const itemFile = z.object({
  /** Names this import: done again under the same name it receives nothing twice. */
  name: z.string().min(1).max(100),
  items: z.array(row).min(1, 'has no rows').max(200_000, 'has more than 200,000 rows'),
})

/** Where a row came from, so that what is wrong with it can be found: `items.6` of a request. */
export type PlacedRow = ItemRow & { place: string }

/**
 * Finds rows that contradict each other: one SKU and location twice, or one SKU under two names.
 * @param defaultLocation what a row without a location means
 */
export function findContradictions(
  rows: readonly PlacedRow[],
  defaultLocation: string | undefined,
): RowProblem[] {
  const byPlace = new Map<string, PlacedRow>()
  const bySku = new Map<string, PlacedRow>()
  return rows.flatMap((row) => {
    const { place, sku, name } = row
    const key = JSON.stringify([sku, row.location ?? defaultLocation])
    const twin = byPlace.get(key)
    if (twin !== undefined) {
      return [{ place, field: 'sku', message: `the SKU "${sku}" is on ${twin.place} already` }]
    }
    byPlace.set(key, row)
    const first = bySku.get(sku)
    bySku.set(sku, first ?? row)
    if (first === undefined || first.name === name) return []
    return [{ place, field: 'name', message: `the SKU "${sku}" has another name on ${first.place}` }]
  })
}
