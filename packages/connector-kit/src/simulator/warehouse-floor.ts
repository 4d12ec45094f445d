import type { Clock } from '../clock.ts'
import {
  createWarehouseBooks,
  judgeParcels,
  unitsByTheBooks,
  type WarehouseBooks,
  type WarehouseVerdict,
} from './warehouse-books.ts'
import type { Adjustment, FloorCore } from './warehouse-core.ts'
import { createFloorIntake, type FloorIntake } from './warehouse-intake.ts'
import { type WarehousePace, workByItself } from './warehouse-pace.ts'
import type { FloorChange, FloorFacility, FloorItem } from './warehouse-records.ts'
import { createFloorRequests, type FloorRequests } from './warehouse-requests.ts'
import { createShelves, type ShelfRow } from './warehouse-shelves.ts'

/**
 * The one model of a warehouse behind every warehouse's simulator: what lies where, what was asked for and what becomes
 * of it, what comes in and comes back, and the books of it all. A platform puts its own API on top; people (tests, the
 * page, `/_control/warehouse`) work on the floor itself, or it works by itself under the clock.
 */
export type WarehouseFloor = {
  facilities: readonly FloorFacility[]
  /** By SKU; one that is known keeps its id, and says its new title. */
  addItem(item: {
    sku: string
    title: string
    barcode?: string | undefined
    hasSerials?: boolean | undefined
  }): FloorItem
  item(sku: string): FloorItem | undefined
  itemOf(stockUnitId: string): FloorItem | undefined
  items(): FloorItem[]
  requests: FloorRequests
  intake: FloorIntake
  /** Stock appears, is lost, found or spoilt without any paper. Says what went or came. */
  adjust(adjustment: Adjustment): { sellable: number; damaged: number }
  /** By lot, rows that have had units. */
  shelf(where?: { facilityId?: string; sku?: string }): ShelfRow[]
  counts(where?: { facilityId?: string; sku?: string }): FloorCount[]
  books: WarehouseBooks
  verdict(
    counted?: readonly CountedElsewhere[],
  ): WarehouseVerdict & { countsAgree: boolean; differences: object[] }
  /** Called after each change. Returns how to stop. */
  onChange(listener: (change: FloorChange) => void): () => void
  /** Works by itself from now on; undefined: people do. */
  workAt(pace: WarehousePace | undefined): void
  close(): void
}

/** One SKU at one facility. `onHand` is all that lies there, those promised to requests (`committed`) included. */
export type FloorCount = {
  sku: string
  stockUnitId: string
  facilityId: string
  onHand: number
  sellable: number
  damaged: number
  committed: number
  incoming: number
}

/** What somebody else believes to lie there. */
export type CountedElsewhere = { facilityId?: string | undefined; sku: string; onHand: number }

export type WarehouseFloorOptions = {
  clock: Clock
  /** 0 ≤ n < 1, for what it does by itself. */
  random: () => number
  facilities: readonly FloorFacility[]
  /** The first request's id; 1001 unless given. */
  firstRequestId?: number
  /** What the warehouse calls a kind of thing: by a number of its own, or by its SKU; a number unless given. */
  stockUnitIds?: 'numbers' | 'skus'
  pace?: WarehousePace | undefined
}

export function createWarehouseFloor({
  clock,
  random,
  facilities,
  firstRequestId = 1_001,
  stockUnitIds = 'numbers',
  pace,
}: WarehouseFloorOptions): WarehouseFloor {
  const items = new Map<string, FloorItem>()
  const byStockUnit = new Map<string, FloorItem>()
  const shelves = createShelves()
  const books = createWarehouseBooks()
  const listeners = new Set<(change: FloorChange) => void>()
  let lastMs = 0
  let lastSerial = 0
  let stopWork: (() => void) | undefined

  const core: FloorCore = {
    facilities,
    items,
    shelves,
    books,
    firstRequestId,
    now: () => clock.now(),
    nextMs() {
      lastMs = Math.max(Math.floor(clock.now()), lastMs + 1)
      return lastMs
    },
    nowNs: () => process.hrtime.bigint().toString(),
    tell(change) {
      for (const listener of listeners) listener(change)
    },
    adjust({ facilityId, sku, lot, expiresOn, sellable = 0, damaged = 0, serials, reason }) {
      const where = { facilityId, sku, lot }
      const gone = {
        sellable: shelves
          .take({ ...where, quantity: Math.max(0, -sellable) })
          .reduce((sum, { quantity }) => sum + quantity, 0),
        damaged: shelves.takeDamaged({ ...where, quantity: Math.max(0, -damaged) }),
      }
      const come = { sellable: Math.max(0, sellable), damaged: Math.max(0, damaged) }
      if (come.sellable + come.damaged > 0 || sellable + damaged === 0) {
        const isCounted = items.get(sku)?.hasSerials === true
        shelves.put({
          facilityId,
          sku,
          lot,
          expiresOn,
          ...come,
          serials: [...(serials ?? (isCounted ? core.newSerials(sku, come.sellable) : []))],
        })
      }
      const done = { sellable: come.sellable - gone.sellable, damaged: come.damaged - gone.damaged }
      books.adjustments.append({ atNs: core.nowNs(), facilityId, sku, lot: lot ?? null, ...done, reason })
      core.tell({ kind: 'stock' })
      return done
    },
    newSerials: (sku, units) =>
      Array.from({ length: units }, () => `${sku}-S${String(++lastSerial).padStart(6, '0')}`),
  }
  const requests = createFloorRequests(core)
  const intake = createFloorIntake(core)

  const counts: WarehouseFloor['counts'] = (where = {}) => {
    const rows = new Map<string, FloorCount>()
    const at = ({ facilityId, sku }: { facilityId: string; sku: string }): FloorCount => {
      const key = JSON.stringify([facilityId, sku])
      const stockUnitId = items.get(sku)?.stockUnitId ?? sku
      const nothing = { onHand: 0, sellable: 0, damaged: 0, committed: 0, incoming: 0 }
      const row = rows.get(key) ?? { sku, stockUnitId, facilityId, ...nothing }
      rows.set(key, row)
      return row
    }
    for (const shelf of shelves.rows(where)) {
      const row = at(shelf)
      row.onHand += shelf.sellable + shelf.damaged
      row.sellable += shelf.sellable
      row.damaged += shelf.damaged
    }
    for (const each of requests.committed()) at(each).committed += each.units
    for (const each of intake.incoming()) at(each).incoming += each.units
    return [...rows.values()].filter(
      ({ facilityId, sku }) => (where.facilityId ?? facilityId) === facilityId && (where.sku ?? sku) === sku,
    )
  }

  const floor: WarehouseFloor = {
    facilities,
    addItem({ sku, title, barcode, hasSerials = false }) {
      const known = items.get(sku)
      const own = stockUnitIds === 'skus' ? sku : String(7_000 + items.size + 1)
      const stockUnitId = known?.stockUnitId ?? own
      const item: FloorItem = {
        sku,
        title,
        barcode,
        hasSerials: known?.hasSerials ?? hasSerials,
        stockUnitId,
      }
      items.set(sku, item)
      byStockUnit.set(stockUnitId, item)
      return item
    },
    item: (sku) => items.get(sku),
    itemOf: (stockUnitId) => byStockUnit.get(stockUnitId),
    items: () => [...items.values()],
    requests,
    intake,
    adjust: core.adjust,
    shelf: (where) => shelves.rows(where),
    counts,
    books,
    verdict(counted = []) {
      const lying = counts()
      const all = { requests: books.requests.after(0, 1e9), parcels: books.parcels.after(0, 1e9) }
      const byBooks = unitsByTheBooks({
        parcels: all.parcels,
        receipts: books.receipts.after(0, 1e9),
        returns: books.returns.after(0, 1e9),
        adjustments: books.adjustments.after(0, 1e9),
      })
      const differences = [...byBooks, ...counted].flatMap(({ facilityId, sku, onHand }) => {
        const here = lying.filter(
          (row) => row.sku === sku && (facilityId === undefined || row.facilityId === facilityId),
        )
        const lies = here.reduce((sum, row) => sum + row.onHand, 0)
        return lies === onHand ? [] : [{ facilityId, sku, said: onHand, lies }]
      })
      return {
        ...judgeParcels(all),
        countsAgree: differences.length === 0,
        differences: differences.slice(0, 100),
      }
    },
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    workAt(next) {
      stopWork?.()
      stopWork = next === undefined ? undefined : workByItself(floor, { clock, random, pace: next })
    },
    close: () => stopWork?.(),
  }
  floor.workAt(pace)
  return floor
}
