import { Invalid } from '@plimsoll/connector-kit'

/**
 * How the things of a shop are named outside the connector. Products and variations share one number space
 * (both are WordPress posts), so a listing is named by its number alone; a stock unit of a variation also
 * names the parent, because writing needs it: `57` is a product, `57/61` variation 61 of product 57.
 */
export type StockUnit = { productId: number; variationId: number | undefined }

/** The one place a shop keeps stock for. */
export const defaultLocationId = 'default'

/** The stock unit that counts a product or variation. A variation counted by its parent is the parent's unit. */
export function toStockUnitId(row: { id: number; parentId: number; isCountedByParent: boolean }): string {
  if (row.parentId === 0) return String(row.id)
  return row.isCountedByParent ? String(row.parentId) : `${row.parentId}/${row.id}`
}

/** @throws Invalid for an id that this connector never gave out */
export function fromStockUnitId(stockUnitId: string): StockUnit {
  const match = /^([1-9]\d{0,15})(?:\/([1-9]\d{0,15}))?$/.exec(stockUnitId)
  if (match === null)
    throw new Invalid(`"${stockUnitId}" is no stock unit of a WooCommerce shop`, 'stockUnitId')
  return { productId: Number(match[1]), variationId: match[2] === undefined ? undefined : Number(match[2]) }
}

/** @throws Invalid for anything but a number as WordPress counts its posts */
export function fromExternalId(externalId: string, field: string): number {
  if (!/^[1-9]\d{0,15}$/.test(externalId)) {
    throw new Invalid(`"${externalId}" is no id of a WooCommerce shop`, field)
  }
  return Number(externalId)
}
