import { assert } from './assert.ts'
import { UNALLOCATED_LOT } from './context.ts'
import type { LotPick } from './lots/fefo.ts'
import { movementOf, type NewMovement } from './movements.ts'
import type { ReservationRow } from './reservations.store.ts'
import { NO_RESERVATION, openOf, type Reservation, type ReservationStep } from './reservations.ts'

/**
 * What one owner (an order line, an API caller) holds, spread over rows: a kit has rows for each of its components,
 * and a line that was routed or allocated has rows at several locations and lots. The owner's own figures are in
 * units of the owner; a row's are in base units, `unitsEach` for each of those.
 */
export type Part = { itemId: string; unitsEach: number }

export type ClaimBase = Omit<Parameters<typeof movementOf>[0], 'itemId' | 'locationId' | 'lotId'>

/** Whose rows they are, and where the first of them is made. */
export type ClaimOwner = Pick<ReservationRow, 'kind' | 'ownerKind' | 'ownerId' | 'orderId' | 'expiresAt'> & {
  locationId: string
  uuid(): string
  /** Which lots units left from that were shipped without naming any; answers fewer where lots hold fewer. */
  assumeLots?: ((place: { itemId: string; locationId: string }, units: number) => LotPick[]) | undefined
  /**
   * Base units of an item that somebody is to send from a location: they are given up, or taken to have left, only where
   * nothing else is open. Absent: none are.
   */
  pinnedAt?: ((itemId: string, locationId: string) => number) | undefined
}

export type SpreadClaim = { movements: NewMovement[]; changed: ReservationRow[] }

/**
 * Spreads the steps of an owner over its rows. Units without a lot are given up first and shipped last; otherwise
 * the latest rows give up first.
 * @param rows all rows of the owner, in the order in which they were made
 * @param parts what a unit of the owner is made of; used where the owner has no rows yet
 */
export function spreadSteps(
  rows: readonly ReservationRow[],
  parts: readonly Part[],
  steps: readonly ReservationStep[],
  owner: ClaimOwner,
  base: ClaimBase,
): SpreadClaim {
  const work = openClaim(rows, base, owner.uuid)
  for (const { kind, units } of steps) {
    for (const part of partsOf(work.rows, parts)) {
      let left = units * part.unitsEach
      assert(Number.isSafeInteger(left), 'what an owner holds is counted in safe integers')
      const own = work.rows.filter((row) => row.itemId === part.itemId)
      if (kind === 'reserve') {
        const row = findRowToReserveOn(own) ?? addRow(work.rows, part, own.at(-1)?.locationId, owner)
        work.take(row, kind, left)
        continue
      }
      for (const [row, room] of roomInTurn(own, kind, owner.pinnedAt)) {
        const units = Math.min(left, room, roomOf(row, kind))
        if (units === 0) continue
        left -= units
        const isFree = kind === 'ship' && row.lotId === UNALLOCATED_LOT
        const picks = isFree ? (owner.assumeLots?.(row, units) ?? []) : []
        for (const { lotId, units } of picks) {
          work.take(work.allocate(row, lotId, units, LOT_ASSUMED), kind, units, LOT_ASSUMED)
        }
        const rest = units - picks.reduce((sum, pick) => sum + pick.units, 0)
        if (rest > 0) work.take(row, kind, rest)
      }
      assert(left === 0, `the rows of an owner hold what its own figures say (${kind})`)
    }
  }
  return work.done()
}

/** The reason of movements whose lot nobody told: the hub assumed the one that expires first. */
export const LOT_ASSUMED = 'lot-assumed'

/** Rows of one owner being changed, with the movements that go with it. */
export function openClaim(
  original: readonly ReservationRow[],
  base: ClaimBase,
  uuid: () => string,
): OpenClaim {
  return new OpenClaim(
    original.map((row) => ({ ...row })),
    base,
    uuid,
  )
}

export class OpenClaim {
  readonly rows: ReservationRow[]
  readonly #base: ClaimBase
  readonly #uuid: () => string
  readonly #changed: ReservationRow[] = []
  readonly #movements: NewMovement[] = []

  constructor(rows: ReservationRow[], base: ClaimBase, uuid: () => string) {
    this.rows = rows
    this.#base = base
    this.#uuid = uuid
  }

  /** One step of one of these rows. */
  take(row: ReservationRow, step: ReservationStep['kind'], units: number, reason?: string): void {
    this.#movements.push(moveRow(row, step, units, this.#baseOf(reason)))
    this.#change(row)
  }

  /** Moves open units of a row to a lot at the same location: the owner holds as much as before. */
  allocate(from: ReservationRow, lotId: string, units: number, reason?: string): ReservationRow {
    return this.#shift(from, { locationId: from.locationId, lotId }, units, reason)
  }

  /** Moves open units of a row to another location, where no lot is chosen yet: the owner holds as much as before. */
  relocate(from: ReservationRow, locationId: string, units: number): ReservationRow {
    return this.#shift(from, { locationId, lotId: UNALLOCATED_LOT }, units)
  }

  /** A further row for units of one part, at a place where the owner holds none. */
  rowAt(like: ReservationRow, locationId: string): ReservationRow {
    const known = this.rows.find(
      (row) => row.itemId === like.itemId && row.locationId === locationId && row.lotId === UNALLOCATED_LOT,
    )
    if (known !== undefined) return known
    const at = { locationId, lotId: UNALLOCATED_LOT }
    const row = { ...like, ...NO_RESERVATION, ...at, reservationId: this.#uuid() }
    this.rows.push(row)
    return row
  }

  #shift(
    from: ReservationRow,
    { locationId, lotId }: { locationId: string; lotId: string },
    units: number,
    reason?: string,
  ): ReservationRow {
    assert(units <= openOf(from), 'only what is open is moved')
    let to = this.rows.find(
      (row) => row.itemId === from.itemId && row.locationId === locationId && row.lotId === lotId,
    )
    if (to === undefined) {
      to = { ...from, ...NO_RESERVATION, reservationId: this.#uuid(), locationId, lotId }
      this.rows.push(to)
    }
    from.reserved -= units
    to.reserved += units
    this.#change(from)
    this.#change(to)
    const base = { ...this.#baseOf(reason), itemId: from.itemId }
    this.#movements.push(
      movementOf({ ...base, locationId: from.locationId, lotId: from.lotId }, 'release', {
        reservedDelta: -units,
      }),
      movementOf({ ...base, locationId, lotId }, 'reserve', { reservedDelta: units }),
    )
    return to
  }

  done(): SpreadClaim {
    return { movements: this.#movements, changed: this.#changed }
  }

  #change(row: ReservationRow): void {
    if (!this.#changed.includes(row)) this.#changed.push(row)
  }

  #baseOf(reason: string | undefined): ClaimBase {
    return reason === undefined ? this.#base : { ...this.#base, reason: this.#base.reason ?? reason }
  }
}

/** The owner's own figures, from its rows: all of its components stand alike. */
export function claimOf(rows: readonly ReservationRow[]): Reservation {
  const [first] = rows
  if (first === undefined) return NO_RESERVATION
  const own = rows.filter((row) => row.itemId === first.itemId)
  const total = (field: keyof Reservation) => own.reduce((sum, row) => sum + row[field], 0) / first.unitsEach
  return {
    reserved: total('reserved'),
    released: total('released'),
    shipped: total('shipped'),
    returned: total('returned'),
  }
}

/** Composition as it was when the owner first reserved: a kit that is changed later changes later sales. */
function partsOf(rows: readonly ReservationRow[], parts: readonly Part[]): readonly Part[] {
  if (rows.length === 0) return parts
  return [...new Map(rows.map(({ itemId, unitsEach }) => [itemId, { itemId, unitsEach }])).values()]
}

function findRowToReserveOn(rows: readonly ReservationRow[]): ReservationRow | undefined {
  const locationId = (rows.findLast((row) => openOf(row) > 0) ?? rows.at(-1))?.locationId
  return rows.find((row) => row.locationId === locationId && row.lotId === UNALLOCATED_LOT)
}

function addRow(
  working: ReservationRow[],
  { itemId, unitsEach }: Part,
  locationId: string | undefined,
  owner: ClaimOwner,
): ReservationRow {
  const row: ReservationRow = {
    reservationId: owner.uuid(),
    itemId,
    locationId: locationId ?? owner.locationId,
    lotId: UNALLOCATED_LOT,
    kind: owner.kind,
    ownerKind: owner.ownerKind,
    ownerId: owner.ownerId,
    orderId: owner.orderId,
    unitsEach,
    expiresAt: owner.expiresAt,
    reserved: 0,
    released: 0,
    shipped: 0,
    returned: 0,
  }
  working.push(row)
  return row
}

type Taking = Exclude<ReservationStep['kind'], 'reserve'>

/** Rows with what each may give in its turn: first what is not pinned, then the rest. */
function roomInTurn(
  rows: readonly ReservationRow[],
  kind: Taking,
  pinnedAt: ClaimOwner['pinnedAt'],
): [ReservationRow, number][] {
  const inOrder = inTurn(rows, kind)
  const all = inOrder.map((row): [ReservationRow, number] => [row, Number.MAX_SAFE_INTEGER])
  if (pinnedAt === undefined || (kind !== 'release' && kind !== 'ship')) return all
  const freeAt = new Map<string, number>()
  for (const row of rows) freeAt.set(row.locationId, (freeAt.get(row.locationId) ?? 0) + openOf(row))
  const unpinned = inOrder.map((row): [ReservationRow, number] => {
    const pinned = pinnedAt(row.itemId, row.locationId)
    const free = Math.max(0, (freeAt.get(row.locationId) ?? 0) - pinned)
    const room = Math.min(free, openOf(row))
    freeAt.set(row.locationId, (freeAt.get(row.locationId) ?? 0) - room)
    return [row, room]
  })
  return [...unpinned, ...all]
}

function inTurn(rows: readonly ReservationRow[], kind: Taking): ReservationRow[] {
  const isFree = (row: ReservationRow) => row.lotId === UNALLOCATED_LOT
  const free = rows.filter(isFree)
  const allocated = rows.filter((row) => !isFree(row))
  switch (kind) {
    case 'ship':
      return [...allocated, ...free]
    case 'release':
      return [...free.reverse(), ...allocated.reverse()]
    case 'unship':
    case 'return':
    case 'unreturn':
      return [...rows].reverse()
    default: {
      const never: never = kind
      return never
    }
  }
}

function roomOf(row: ReservationRow, kind: Taking): number {
  switch (kind) {
    case 'ship':
    case 'release':
      return openOf(row)
    case 'unship':
    case 'return':
      return row.shipped - row.returned
    case 'unreturn':
      return row.returned
    default: {
      const never: never = kind
      return never
    }
  }
}

/** Changes a row by one step, and says the movement that goes with it. */
function moveRow(
  row: ReservationRow,
  kind: ReservationStep['kind'],
  units: number,
  base: ClaimBase,
): NewMovement {
  const at = { ...base, itemId: row.itemId, locationId: row.locationId, lotId: row.lotId }
  switch (kind) {
    case 'reserve':
      row.reserved += units
      return movementOf(at, 'reserve', { reservedDelta: units })
    case 'release':
      row.released += units
      return movementOf(at, 'release', { reservedDelta: -units })
    case 'ship':
      row.shipped += units
      return movementOf(at, 'ship', { onHandDelta: -units, reservedDelta: -units })
    case 'unship':
      row.shipped -= units
      return movementOf(at, 'ship', { onHandDelta: units, reservedDelta: units })
    case 'return':
      row.returned += units
      return movementOf(at, 'return', { onHandDelta: units })
    case 'unreturn':
      row.returned -= units
      return movementOf(at, 'return', { onHandDelta: -units })
    default: {
      const never: never = kind
      return never
    }
  }
}
