import type { WarehouseUnit } from './warehouse-units.store.ts'

/**
 * Units of an item in the greatest of the warehouse's stock units that they are a whole number of. Pure.
 * @param units the smallest first, as `findWarehouseUnits` has them
 * @param quantity base units
 */
export function wholeUnitsOf(
  units: readonly WarehouseUnit[],
  itemId: string | undefined,
  quantity: number,
): { sku: string; stockUnitId: string; title: string; quantity: number } | undefined {
  const unit = units.findLast((each) => each.itemId === itemId && quantity % each.unitsEach === 0)
  if (unit === undefined) return undefined
  const { sku, stockUnitId, title, unitsEach } = unit
  return { sku, stockUnitId, title, quantity: quantity / unitsEach }
}
