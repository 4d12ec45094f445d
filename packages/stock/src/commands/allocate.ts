import { refuse } from '../errors.ts'
import {
  type Allocation,
  findBadAllocation,
  lotsOfItem,
  minimumOf,
  namesOfAllocation,
  optionsOfAllocation,
} from './allocation.ts'
import { allocateLots, type TakenLot } from './lots-of-claim.ts'
import { type ReservationCommand, reservationKind } from './of-reservation.ts'
import { lotIdOf } from './tracked.ts'

/**
 * Settles from which lots reserved units will leave: those that have no lot yet, or one that may not leave any more. The
 * owner holds as much as before.
 */
export type AllocateCommand = ReservationCommand & Allocation & { kind: 'allocate' }

export const allocate = reservationKind<AllocateCommand>({
  options: optionsOfAllocation,
  names: namesOfAllocation,
  findBad: findBadAllocation,
  decide: (command, of) => {
    const { ledger } = of
    const parts = of.parts(command.quantity).filter(({ item }) => item.tracking === 'lot')
    if (parts.length === 0) {
      return refuse('lot-not-tracked', 'reservationId', 'Nothing of this reservation is tracked by lot.')
    }
    const work = of.open()
    const taken: TakenLot[] = []
    for (const { item, units } of parts) {
      const isOfItem = (code: string) => lotIdOf(ledger.directory, item, code) !== undefined
      const lots = allocateLots({
        work,
        ledger,
        item,
        units,
        named: lotsOfItem(command, isOfItem, parts.length === 1),
        minShelfLifeDays: minimumOf(command, ledger),
      })
      if ('kind' in lots) return lots
      taken.push(...lots)
    }
    return of.decided(work.done(), { lots: taken })
  },
})
