import type { ExternalCount, Page } from '@plimsoll/connector-kit'
import type { MemoryWarehouse } from './memory-warehouse.ts'

/** A page of what a warehouse in memory counts: what lies there now, or what a report of another moment says. */
export function countsOf(warehouse: MemoryWarehouse, cursor: string | undefined): Page<ExternalCount> {
  warehouse.beforeCounts?.(cursor)
  const from = cursor === undefined ? 0 : Number(cursor)
  const { countPage = warehouse.stock.size, unnamed } = warehouse
  const named = [...warehouse.stock].slice(from, from + countPage).filter(([sku]) => !unnamed.has(sku))
  const now = new Date(warehouse.clock.now())
  return {
    rows: named.map(([sku, units]) => {
      const told = warehouse.told?.stock.get(sku)
      const { onHand = units, held = warehouse.damaged.get(sku) ?? 0 } = told ?? {}
      return {
        stockUnitId: sku,
        locationId: 'floor',
        available: onHand - held,
        held,
        incoming: 0,
        onHand,
        countedAt: warehouse.saysWhen ? (warehouse.told?.at ?? now) : undefined,
      }
    }),
    next: from + countPage < warehouse.stock.size ? String(from + countPage) : undefined,
    platformTime: now,
  }
}
