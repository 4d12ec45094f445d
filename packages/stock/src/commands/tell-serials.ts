import { assert } from '../assert.ts'
import { UNALLOCATED_LOT } from '../context.ts'
import { type Refusal, refuse } from '../errors.ts'
import type { ReservationRow } from '../reservations.store.ts'
import { decideReturn, decideShipment, findBadSerials } from '../serials/serials.ts'
import { givenOf } from './at-place.ts'
import type { CommandHead } from './command.ts'
import { findLocation } from './directory.ts'
import type { CommandKind } from './kind.ts'
import type { Ledger } from './ledger.ts'
import type { OwnedSerial } from './of-reservation.ts'

/**
 * Says which units left with an order line whose shipment was told without them, as platforms do. No stock moves: it has
 * moved already. At most as many as have left and are not told yet. With `back` it says the same of units that came back.
 */
export type TellSerialsCommand = CommandHead & {
  kind: 'tell-serials'
  lineId: string
  /** Of which item they are; undefined: of whichever that left with the line knows them. */
  itemId?: string | undefined
  serials: readonly string[]
  /** They are back, at this location. */
  back?: { locationCode: string; condition: 'sellable' | 'damaged' } | undefined
}

export const tellSerials: CommandKind<TellSerialsCommand> = {
  contentOf: (command) => [
    command.kind,
    command.lineId.toLowerCase(),
    command.serials.toSorted(),
    command.reason,
    ...givenOf({
      effectiveAt: command.effectiveAt?.toISOString(),
      back: command.back,
      itemId: command.itemId,
    }),
  ],
  findBad: ({ serials }) =>
    serials.length === 0
      ? refuse('serial-missing', 'serials', 'No serial is named.')
      : findBadSerials(serials, serials.length),
  names: ({ lineId, serials }) => ({ lines: [lineId.toLowerCase()], serials }),
  // Under the locks of the balances, so that nobody counts the serials meanwhile.
  places: ({ lineId, back }, directory) => {
    const rows = directory.reservations.filter((row) => row.ownerId === lineId.toLowerCase())
    const into = back === undefined ? undefined : directory.locationsByCode.get(back.locationCode)
    if (into === undefined) return rows
    return [...rows, ...rows.map((row) => ({ ...row, locationId: into.locationId, lotId: UNALLOCATED_LOT }))]
  },
  decide: (command, ledger) => {
    const ownerId = command.lineId.toLowerCase()
    const rows = ledger
      .reservationsOf(ownerId)
      .filter((row) => row.ownerKind === 'order-line' && ledger.item(row.itemId).tracking === 'serial')
      .filter(({ itemId }) => command.itemId === undefined || itemId === command.itemId)
    const [first] = rows
    if (first === undefined) {
      return refuse('unknown-line', 'lineId', 'No order line with this id has units with serial numbers.')
    }
    const head = { ...ledger.movementHead(command), referenceKind: 'order', referenceId: first.orderId }
    const told = (serials: readonly Omit<OwnedSerial, keyof typeof head>[]) => ({
      kind: 'decided' as const,
      changes: { movements: [], serials: serials.map((move) => ({ ...head, ...move })) },
      answer: (after: Ledger) => after.figuresAt(first, null),
    })
    if (command.back !== undefined) {
      const into = findLocation(ledger.directory, command.back.locationCode)
      if (into.kind === 'refused') return into
      const { locationId } = into.location
      const state = command.back.condition === 'damaged' ? 'held' : 'in-stock'
      const back: OwnedSerial[] = []
      for (const serial of command.serials) {
        const row = rows.find((each) => ledger.serialPlace(each).find(serial) !== undefined) ?? first
        const to = { state, locationIdOf: () => locationId } as const
        const moves = decideReturn([serial], ledger.serialPlace(row).find, ownerId, to)
        if ('kind' in moves) return moves
        back.push(...moves.map((move) => ({ ...move, itemId: row.itemId })))
      }
      return told(back)
    }
    const left: OwnedSerial[] = []
    for (const [itemId, serials] of Map.groupBy(command.serials, itemOf(rows, first, ledger))) {
      const own = rows.filter((row) => row.itemId === itemId)
      const shipped = decideLeft(command, ledger, own, serials)
      if ('kind' in shipped) return shipped
      left.push(...shipped)
    }
    return told(left)
  },
}

/** Of which of the line's items a number is: the one that knows it, else the first. */
function itemOf(rows: readonly ReservationRow[], first: ReservationRow, ledger: Ledger) {
  return (serial: string): string =>
    (rows.find((row) => ledger.serialPlace(row).find(serial) !== undefined) ?? first).itemId
}

/** Units of one item that left with the line. */
function decideLeft(
  { lineId }: TellSerialsCommand,
  ledger: Ledger,
  rows: readonly ReservationRow[],
  serials: readonly string[],
): OwnedSerial[] | Refusal {
  const [first] = rows
  assert(first !== undefined, 'an item of the line')
  const ownerId = lineId.toLowerCase()
  const { itemId, serialCapture } = ledger.item(first.itemId)
  const out = rows.reduce((sum, row) => sum + row.shipped - row.returned, 0)
  const known = ledger.serialsOf(ownerId).filter((each) => each.itemId === itemId).length
  if (serials.length > out - known) {
    const text = `${serials.length} serials named, ${Math.max(0, out - known)} units have left without theirs.`
    return refuse('insufficient-shipped', 'serials', text)
  }
  const isNew = serialCapture === 'shipment' ? 'may-be-new' : 'must-be-known'
  const left: OwnedSerial[] = []
  for (const serial of serials) {
    const at = ledger.serialPlace(first).find(serial)?.locationId
    const row = rows.find(({ locationId }) => locationId === at) ?? first
    const shipped = decideShipment([serial], ledger.serialPlace(row), ownerId, isNew)
    if ('kind' in shipped) return shipped
    left.push(...shipped.map((move) => ({ ...move, itemId })))
  }
  return left
}
