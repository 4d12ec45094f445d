import { itemsSheet } from './items-sheet.ts'
import { kitsSheet } from './kits-sheet.ts'
import { locationsSheet } from './locations-sheet.ts'
import { lotsSheet } from './lots-sheet.ts'
import { mappingsSheet } from './mappings-sheet.ts'
import { ordersSheet } from './orders-sheet.ts'
import { serialsSheet } from './serials-sheet.ts'
import type { ImportWhat, Sheet } from './sheet.ts'
import { adjustSheet, countSheet, stockSheet } from './stock-sheets.ts'

/** Everything that can be imported. */
export const SHEETS: Readonly<Record<ImportWhat, Sheet>> = {
  items: itemsSheet,
  kits: kitsSheet,
  lots: lotsSheet,
  serials: serialsSheet,
  stock: stockSheet,
  adjust: adjustSheet,
  count: countSheet,
  locations: locationsSheet,
  mappings: mappingsSheet,
  orders: ordersSheet,
}

export function sheetOf(what: string): Sheet {
  const sheet = Object.values(SHEETS).find((each) => each.what === what)
  if (sheet === undefined) throw new Error(`there is no sheet ${what}`)
  return sheet
}
