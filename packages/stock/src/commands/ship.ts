import { refuse } from '../errors.ts'
import { openOf } from '../reservations.ts'
import {
  type Allocation,
  findBadAllocation,
  lotsOfItem,
  minimumOf,
  namesOfAllocation,
  optionsOfAllocation,
} from './allocation.ts'
import { shipLots, type TakenLot } from './lots-of-claim.ts'
import { type OwnedSerial, type ReservationCommand, reservationKind } from './of-reservation.ts'
import { serialsOfItem, shipSerials } from './serials-of-claim.ts'
import { lotIdOf } from './tracked.ts'

/**
 * Reserved units that have left, at most what is still open. Of an item that is tracked by lot they leave from the named
 * lots, else from those that are allocated and then from those that expire first; of one that is tracked by serial
 * number each is named.
 */
export type ShipCommand = ReservationCommand &
  Allocation & {
    kind: 'ship'
    serials?: readonly string[] | undefined
  }

export const ship = reservationKind<ShipCommand>({
  options: (command) => ({ ...optionsOfAllocation(command), serials: command.serials?.toSorted() }),
  names: (command) => ({
    ...namesOfAllocation(command),
    ...(command.serials !== undefined && { serials: command.serials }),
  }),
  findBad: findBadAllocation,
  decide: (command, of) => {
    const { quantity } = command
    const { ledger, ownerId } = of
    const open = openOf(of.claim)
    if (quantity > open) {
      return refuse('insufficient-open', 'quantity', `${quantity} units asked, ${open} are still reserved.`)
    }
    const parts = of.parts(quantity)
    const byLot = parts.filter(({ item }) => item.tracking === 'lot')
    const bySerial = parts.filter(({ item }) => item.tracking === 'serial')
    if (command.lots !== undefined && byLot.length === 0) {
      return refuse('lot-not-tracked', 'lots', 'Nothing of this reservation is tracked by lot.')
    }
    if (command.serials !== undefined && bySerial.length === 0) {
      return refuse(
        'serial-not-tracked',
        'serials',
        'Nothing of this reservation is tracked by serial number.',
      )
    }
    if (byLot.length + bySerial.length === 0) return of.decided(of.spread({ kind: 'ship', units: quantity }))

    const work = of.open()
    const taken: TakenLot[] = []
    const serials: OwnedSerial[] = []
    for (const { item, units } of byLot) {
      const isOfItem = (code: string) => lotIdOf(ledger.directory, item, code) !== undefined
      const lots = shipLots({
        work,
        ledger,
        item,
        units,
        named: lotsOfItem(command, isOfItem, byLot.length === 1),
        minShelfLifeDays: minimumOf(command, ledger),
      })
      if ('kind' in lots) return lots
      taken.push(...lots)
    }
    for (const { item, units } of bySerial) {
      const own = serialsOfItem(ledger, item, command.serials, bySerial.length === 1)
      const moves = shipSerials({ work, ledger, item, ownerId, units, serials: own })
      if ('kind' in moves) return moves
      serials.push(...moves.map((move) => ({ ...move, itemId: item.itemId })))
    }
    for (const { item, units } of parts.filter((part) => part.item.tracking === 'plain')) {
      let left = units
      for (const row of work.rows.filter(({ itemId }) => itemId === item.itemId)) {
        const shipped = Math.min(left, openOf(row))
        if (shipped > 0) work.take(row, 'ship', shipped)
        left -= shipped
      }
    }
    return of.decided({ ...work.done(), serials }, { lots: taken })
  },
})
