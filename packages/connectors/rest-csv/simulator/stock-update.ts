import type { SimulatorServices } from '@plimsoll/connector-kit/simulator'
import { LOCATION_ID } from './control.ts'
import type { Pantry } from './shop.ts'

export type Updated = { item: string; units: number } | { item: string; error: string; message: string }

/** One row of an update, by whichever door it came. */
export function updateStock(
  { item: id, units }: { item: string; units: number },
  { shop, kit, atNs }: { shop: Pantry; kit: SimulatorServices; atNs: string },
): Updated {
  const item = shop.items.get(Number(id))
  if (item === undefined) return { item: id, error: 'unknown_item', message: 'There is no such item.' }
  if (item.stock === null) return { item: id, error: 'not_counted', message: 'The item is not counted.' }
  if (!Number.isSafeInteger(units) || units < 0)
    return { item: id, error: 'bad_units', message: 'That is no stock.' }
  const before = item.stock
  item.stock = units
  const key = { stockUnitId: id, locationId: LOCATION_ID }
  kit.books.writes.append({ atNs, ...key, quantity: units, before, after: units })
  return { item: id, units }
}
