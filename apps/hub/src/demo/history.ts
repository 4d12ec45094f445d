import { readFile } from 'node:fs/promises'
import { z } from 'zod'

const HISTORY = new URL('./history.json', import.meta.url)

const item = z.object({
  sku: z.string().min(1),
  name: z.object({ en: z.string().min(1), zh: z.string().min(1) }),
  /** Pence. */
  priceMinor: z.int().positive(),
  /** Units in stock before the first order; invented (see `note`). */
  opening: z.int().nonnegative(),
})

const order = z.object({
  /** Trading seconds since the start; closing hours are cut out. */
  at: z.int().nonnegative(),
  lines: z.array(z.tuple([z.int().nonnegative(), z.int().positive()])).min(1),
})

const history = z
  .object({
    attribution: z.string(),
    note: z.string(),
    items: z.array(item).min(1),
    orders: z.array(order).min(1),
  })
  .superRefine(({ items, orders }, context) => {
    orders.forEach(({ at, lines }, position) => {
      if (at < (orders[position - 1]?.at ?? 0)) {
        context.addIssue({
          code: 'custom',
          path: ['orders', position, 'at'],
          message: 'Orders are in order of time',
        })
      }
      if (lines.some(([itemIndex]) => itemIndex >= items.length)) {
        context.addIssue({
          code: 'custom',
          path: ['orders', position, 'lines'],
          message: 'There is no such item',
        })
      }
    })
  })

/** What the demo sells and who bought it when: 300 items and 1,500 real orders (source and changes: `attribution`). */
export type History = z.infer<typeof history>

/**
 * Reads the demo's order history.
 * A line is `[index into items, units]`; `opening` is the stock of the whole organization, to be dealt to locations.
 * @throws ZodError when the file is damaged
 */
export async function loadHistory(): Promise<History> {
  return parseHistory(JSON.parse(await readFile(HISTORY, 'utf8')))
}

/** Checks a parsed history file: orders in order of time, every line naming an item. */
export function parseHistory(value: unknown): History {
  return history.parse(value)
}
