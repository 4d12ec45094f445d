import type { openClaim } from '../claims.ts'
import { UNALLOCATED_LOT } from '../context.ts'
import { type Refusal, refuse } from '../errors.ts'
import type { Item } from '../items.store.ts'
import { byExpiry } from '../lots/fefo.ts'
import { LotBook } from '../lots/lot-book.ts'
import { findBlock, type Lot, refuseLot } from '../lots/lots.ts'
import type { ReservationRow } from '../reservations.store.ts'
import { openOf } from '../reservations.ts'
import type { Ledger } from './ledger.ts'
import { lotIdOf } from './tracked.ts'

/** So many units of the lot with this code. */
export type NamedLot = { lot: string; quantity: number }
export type TakenLot = { lot: string; quantity: number }

/** What is decided for one item, tracked by lot, of one owner; base units. */
export type LotClaim = {
  work: ReturnType<typeof openClaim>
  ledger: Ledger
  item: Item
  units: number
  /** Undefined: first expired, first out. */
  named: readonly NamedLot[] | undefined
  minShelfLifeDays: number
}

/** Moves units that have no lot yet, or one that may not leave any more, to lots. */
export function allocateLots(claim: LotClaim): TakenLot[] | Refusal {
  const { ledger, item, units } = claim
  const own = rowsOf(claim)
  const sources = [...own.filter(isFree), ...own.filter((row) => isBlocked(ledger, row))]
  const open = sources.reduce((sum, row) => sum + openOf(row), 0)
  if (units > open) {
    return refuse(
      'insufficient-open',
      'quantity',
      `${units} units asked, ${open} have still no lot to leave from.`,
    )
  }
  const book = bookOf(claim)
  if (claim.named !== undefined) return takeNamed(claim, book, claim.named, sources, () => undefined)
  const taken = takeFirstExpired(claim, book, sources, units, () => undefined)
  return taken.left > 0
    ? refuse('insufficient-lots', 'quantity', tooFew(item, units, units - taken.left))
    : taken.lots.map(toTaken(ledger))
}

/** Ships from lots: the named ones, or those that are allocated and then, first expired first out, what is not. */
export function shipLots(claim: LotClaim): TakenLot[] | Refusal {
  const { work, ledger, item, units, named } = claim
  const own = rowsOf(claim)
  const book = bookOf(claim)
  const ship = (row: ReservationRow, taken: number) => work.take(row, 'ship', taken)
  if (named !== undefined) {
    return takeNamed(claim, book, named, [...own.filter(isFree), ...own.filter((row) => !isFree(row))], ship)
  }
  const allocated = own
    .filter((row) => !isFree(row) && !isBlocked(ledger, row))
    .map((row) => ({ row, lot: ledger.lot(row.lotId) }))
    .sort(byExpiry)
  let left = units
  const lots: { lotId: string; units: number }[] = []
  for (const { row } of allocated) {
    const taken = Math.min(left, openOf(row))
    if (taken === 0) continue
    ship(row, taken)
    lots.push({ lotId: row.lotId, units: taken })
    left -= taken
  }
  const free = own.filter(isFree)
  const first = takeFirstExpired(claim, book, free, left, ship)
  left = first.left
  // What came in before the item was tracked has no lot, and may leave without one.
  for (const row of free) {
    const taken = Math.max(0, Math.min(left, openOf(row), ledger.balance(row).onHand))
    if (taken > 0) ship(row, taken)
    left -= taken
  }
  const blocked = own.filter((row) => isBlocked(ledger, row))
  const again = takeFirstExpired(claim, book, blocked, left, ship)
  if (again.left > 0) {
    const [row] = blocked.filter((each) => openOf(each) > 0)
    const why = row && refuseLot(ledger.lot(row.lotId), ledger.dayAt(row.locationId), 0)
    return why ?? refuse('insufficient-lots', 'quantity', tooFew(item, units, units - again.left))
  }
  return [...lots, ...first.lots, ...again.lots].map(toTaken(ledger))
}

type Then = (row: ReservationRow, units: number) => void

function takeFirstExpired(
  { work, minShelfLifeDays }: LotClaim,
  book: LotBook,
  sources: readonly ReservationRow[],
  units: number,
  then: Then,
): { left: number; lots: { lotId: string; units: number }[] } {
  let left = units
  const lots: { lotId: string; units: number }[] = []
  for (const source of sources) {
    const picks = book.pick(source, Math.min(left, openOf(source)), minShelfLifeDays)
    for (const pick of picks) {
      then(work.allocate(source, pick.lotId, pick.units), pick.units)
      lots.push(pick)
      left -= pick.units
    }
  }
  return { left, lots }
}

/** Each named lot gives exactly its units: those that are allocated to it first. */
function takeNamed(
  claim: LotClaim,
  book: LotBook,
  named: readonly NamedLot[],
  sources: readonly ReservationRow[],
  then: Then,
): TakenLot[] | Refusal {
  const { work, ledger, item, minShelfLifeDays } = claim
  const lots: { lot: Lot; units: number }[] = []
  for (const { lot: code, quantity } of named) {
    const lotId = lotIdOf(ledger.directory, item, code)
    const lot = lotId === undefined ? undefined : ledger.findLot(lotId)
    if (lot === undefined) {
      return refuse('unknown-lot', 'lots', `The item "${item.sku}" has no lot "${code}".`)
    }
    lots.push({ lot, units: quantity })
  }
  const sum = lots.reduce((total, { units }) => total + units, 0)
  const isOnce = new Set(lots.map(({ lot }) => lot.lotId)).size === lots.length
  if (
    sum !== claim.units ||
    !isOnce ||
    !lots.every(({ units }) => Number.isSafeInteger(units) && units > 0)
  ) {
    return refuse(
      'lot-quantity-mismatch',
      'lots',
      `${claim.units} units of "${item.sku}", and the lots named add up to ${sum}.`,
    )
  }
  for (const { lot, units } of lots) {
    let left = units
    // What was allocated to it may leave however little it has left, as long as it may leave at all.
    for (const row of work.rows.filter((each) => each.lotId === lot.lotId && sources.includes(each))) {
      const refused = refuseLot(lot, ledger.dayAt(row.locationId), 0, 'lots')
      if (refused !== undefined) return refused
      const taken = Math.min(left, openOf(row))
      if (taken > 0) then(row, taken)
      left -= taken
    }
    for (const source of sources.filter((each) => each.lotId !== lot.lotId)) {
      if (left === 0) break
      const refused = refuseLot(lot, ledger.dayAt(source.locationId), minShelfLifeDays, 'lots')
      if (refused !== undefined) return refused
      const taken = Math.min(left, openOf(source), book.free(source, lot.lotId))
      if (taken === 0) continue
      book.take(source, lot.lotId, taken)
      then(work.allocate(source, lot.lotId, taken), taken)
      left -= taken
    }
    if (left > 0) {
      const text = `${units} units of the lot "${lot.code}" asked, ${units - left} are free where they are reserved.`
      return refuse('insufficient-lots', 'lots', text)
    }
  }
  return lots.map(({ lot, units }) => ({ lot: lot.code, quantity: units }))
}

function rowsOf({ work, item }: LotClaim): ReservationRow[] {
  return work.rows.filter((row) => row.itemId === item.itemId)
}

function bookOf(claim: LotClaim): LotBook {
  const places = new Map(rowsOf(claim).map(({ itemId, locationId }) => [locationId, { itemId, locationId }]))
  const stock = [...places.values()].flatMap((place) =>
    claim.ledger.lotStockAt(place).map((entry) => ({ ...place, ...entry })),
  )
  return new LotBook(stock, (locationId) => claim.ledger.dayAt(locationId))
}

function isFree(row: ReservationRow): boolean {
  return row.lotId === UNALLOCATED_LOT
}

function isBlocked(ledger: Ledger, row: ReservationRow): boolean {
  return !isFree(row) && findBlock(ledger.lot(row.lotId), ledger.dayAt(row.locationId)) !== undefined
}

function toTaken(ledger: Ledger): (taken: { lotId: string; units: number }) => TakenLot {
  return ({ lotId, units }) => ({ lot: ledger.lot(lotId).code, quantity: units })
}

function tooFew(item: Item, asked: number, found: number): string {
  return `${asked} units of "${item.sku}" asked, usable lots hold ${found} of them free.`
}
