/**
 * What lies in a simulated warehouse: by facility, SKU and lot, sellable or damaged, with serials where the item has
 * them. Nothing is ever negative; whoever takes more than there is gets what there is.
 */
export type ShelfRow = {
  facilityId: string
  sku: string
  lot: string | undefined
  /** ISO date. */
  expiresOn: string | undefined
  sellable: number
  damaged: number
  /** Of the sellable units; empty where the item has none. */
  serials: string[]
}

/** Units of one lot that left the shelf together. */
export type TakenUnits = { lot: string | undefined; quantity: number; serials: string[] }

export type Shelves = {
  /** In the order of their facility, SKU and lot; rows without units are left in once they had some. */
  rows(where?: { facilityId?: string; sku?: string }): ShelfRow[]
  /** Units there, of one lot or of all. */
  count(where: { facilityId: string; sku: string; lot?: string | undefined }): Units
  put(units: Omit<ShelfRow, 'sellable' | 'damaged'> & Units): void
  /** Sellable units, those that expire first before the others; fewer where there are not so many. */
  take(wanted: { facilityId: string; sku: string; quantity: number; lot?: string | undefined }): TakenUnits[]
  takeDamaged(wanted: { facilityId: string; sku: string; quantity: number; lot?: string | undefined }): number
}

export type Units = { sellable: number; damaged: number }

export function createShelves(): Shelves {
  const shelves = new Map<string, ShelfRow>()
  const keyOf = ({ facilityId, sku, lot }: { facilityId: string; sku: string; lot: string | undefined }) =>
    JSON.stringify([facilityId, sku, lot ?? null])
  // A warehouse of thousands of SKUs is asked for one at a time.
  const bySku = new Map<string, ShelfRow[]>()

  const find = (where: {
    facilityId?: string | undefined
    sku?: string | undefined
    lot?: string | undefined
  }) => {
    const among = where.sku === undefined ? [...shelves.values()] : (bySku.get(where.sku) ?? [])
    return among.filter(
      (row) =>
        (where.facilityId === undefined || row.facilityId === where.facilityId) &&
        (where.lot === undefined || row.lot === where.lot),
    )
  }

  return {
    rows: (where = {}) => find(where).toSorted(compareRows),
    count(where) {
      const units: Units = { sellable: 0, damaged: 0 }
      for (const row of find(where)) {
        units.sellable += row.sellable
        units.damaged += row.damaged
      }
      return units
    },
    put({ facilityId, sku, lot, expiresOn, sellable, damaged, serials }) {
      const key = keyOf({ facilityId, sku, lot })
      const row = shelves.get(key)
      if (row === undefined) {
        const added: ShelfRow = { facilityId, sku, lot, expiresOn, sellable, damaged, serials: [...serials] }
        shelves.set(key, added)
        bySku.set(sku, [...(bySku.get(sku) ?? []), added])
        return
      }
      row.sellable += sellable
      row.damaged += damaged
      row.expiresOn ??= expiresOn
      row.serials.push(...serials)
    },
    take({ facilityId, sku, quantity, lot }) {
      const taken: TakenUnits[] = []
      let open = quantity
      for (const row of find({ facilityId, sku, lot }).toSorted(compareRows)) {
        const units = Math.min(open, row.sellable)
        if (units <= 0) continue
        row.sellable -= units
        open -= units
        taken.push({ lot: row.lot, quantity: units, serials: row.serials.splice(0, units) })
      }
      return taken
    },
    takeDamaged({ facilityId, sku, quantity, lot }) {
      let open = quantity
      for (const row of find({ facilityId, sku, lot }).toSorted(compareRows)) {
        const units = Math.min(open, row.damaged)
        row.damaged -= units
        open -= units
      }
      return quantity - open
    },
  }
}

/** By facility and SKU; within them what expires first comes first, what never does last. */
function compareRows(one: ShelfRow, other: ShelfRow): number {
  return (
    compare(one.facilityId, other.facilityId) ||
    compare(one.sku, other.sku) ||
    compare(one.expiresOn ?? '9999', other.expiresOn ?? '9999') ||
    compare(one.lot ?? '', other.lot ?? '')
  )
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0
}
