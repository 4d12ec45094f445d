import type { Db } from '@plimsoll/database'
import type { ItemNature } from '../items.store.ts'
import { findItemsById, findItemsBySku } from '../items.store.ts'
import { findUsableStock } from './assembly.store.ts'
import { availableOfKit } from './kit-availability.ts'
import { findAssemblyParts } from './kits.store.ts'

/** Why a kit can be put together, or taken apart, nowhere: how an item of it is tracked. */
type AssemblyObstacle = { code: 'serial-missing' | 'lot-missing'; sku: string }

/** Where a kit is put together and taken apart. Base units; what may be taken is on hand and neither promised, held nor blocked. */
export type Assembly = {
  /** What one kit takes, in order of SKU: virtual kits among its components taken apart. */
  parts: { sku: string; name: string; quantity: number }[]
  cannotPutTogether: AssemblyObstacle | undefined
  cannotTakeApart: AssemblyObstacle | undefined
  /** Locations that hold something of it, in order of code. */
  locations: {
    code: string
    name: string
    /** How many may be put together there now: that of the scarcest part. 0 where there is an obstacle. */
    togetherAtMost: number
    /** How many may be taken apart there now. 0 where there is an obstacle. */
    apartAtMost: number
    /** As the parts are ordered. */
    available: number[]
  }[]
}

type Tracked = ItemNature & { sku: string }

/**
 * What can be put together and taken apart of an assembled kit, and where, as the commands would decide it now.
 * @returns undefined for an item that is no assembled kit, or unknown
 */
export async function readAssembly(
  db: Db,
  organizationId: string,
  sku: string,
  at: Date,
): Promise<Assembly | undefined> {
  const [[kit], assemblies] = await Promise.all([
    findItemsBySku(db, organizationId, [sku]),
    findAssemblyParts(db, organizationId, [sku]),
  ])
  const taken = kit === undefined ? undefined : assemblies.get(kit.itemId)
  if (kit === undefined || taken === undefined) return undefined
  const itemIds = [kit.itemId, ...taken.map((part) => part.itemId)]
  const [items, stock] = await Promise.all([
    findItemsById(db, organizationId, itemIds),
    findUsableStock(db, organizationId, itemIds, at),
  ])
  const quantityOf = new Map(taken.map((part) => [part.itemId, part.quantity]))
  const parts = items
    .flatMap((item) => {
      const quantity = quantityOf.get(item.itemId)
      return quantity === undefined ? [] : [{ ...item, quantity }]
    })
    .sort((a, b) => (a.sku < b.sku ? -1 : 1))
  const cannotPutTogether = findObstacle({ takes: parts, gives: [kit] })
  const cannotTakeApart = findObstacle({ takes: [kit], gives: parts })
  const byLocation = [...Map.groupBy(stock, ({ code }) => code).values()]
  return {
    parts: parts.map(({ sku: part, name, quantity }) => ({ sku: part, name, quantity })),
    cannotPutTogether,
    cannotTakeApart,
    locations: byLocation.flatMap((rows) => {
      const [first] = rows
      if (first === undefined) return []
      const usable = new Map(rows.map((row) => [row.itemId, row.usable]))
      const of = (itemId: string) => usable.get(itemId) ?? 0
      const together = availableOfKit(
        parts.map(({ itemId, quantity }) => ({ available: of(itemId), quantity })),
      )
      return {
        code: first.code,
        name: first.name,
        togetherAtMost: cannotPutTogether === undefined ? Math.max(0, together) : 0,
        apartAtMost: cannotTakeApart === undefined ? Math.max(0, of(kit.itemId)) : 0,
        available: parts.map(({ itemId }) => of(itemId)),
      }
    }),
  }
}

/** Whoever gives units of lots or serial numbers would have to say which; so would who takes serial numbers that are kept. */
function findObstacle(of: {
  takes: readonly Tracked[]
  gives: readonly Tracked[]
}): AssemblyObstacle | undefined {
  const serial = [...of.takes, ...of.gives].find(
    ({ tracking, serialCapture }) => tracking === 'serial' && serialCapture === 'receipt',
  )
  if (serial !== undefined) return { code: 'serial-missing', sku: serial.sku }
  const lot = of.gives.find(({ tracking }) => tracking === 'lot')
  return lot === undefined ? undefined : { code: 'lot-missing', sku: lot.sku }
}
