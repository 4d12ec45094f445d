import { type Refusal, refuse } from '../errors.ts'
import { nearestMinimum, type ShelfLifeFor } from '../lots/shelf-life.store.ts'
import type { Names } from './kind.ts'
import type { Ledger } from './ledger.ts'
import type { NamedLot } from './lots-of-claim.ts'
import { findForceWithoutReason } from './receive.ts'

/** From which lots units are taken; what `allocate` and `ship` have in common. */
export type Allocation = {
  /** Undefined: those that expire first. */
  lots?: readonly NamedLot[] | undefined
  /** Days that a lot must have left; undefined: what is set for whom it is, or for the organization. */
  minShelfLifeDays?: number | undefined
  shelfLifeFor?: ShelfLifeFor | undefined
  /** Takes lots that do not last as long as is asked for, but may leave; needs a reason. */
  force?: boolean | undefined
}

export function optionsOfAllocation({ lots, minShelfLifeDays, shelfLifeFor, force }: Allocation) {
  return {
    lots: lots?.map(({ lot, quantity }) => [lot, quantity]),
    minShelfLifeDays,
    shelfLifeFor: shelfLifeFor && [shelfLifeFor.connection ?? null, shelfLifeFor.customer ?? null],
    force: force === true ? true : undefined,
  }
}

export function namesOfAllocation({ lots, minShelfLifeDays, shelfLifeFor }: Allocation): Names {
  return {
    ...(lots !== undefined && { lots: lots.map(({ lot }) => lot) }),
    ...(minShelfLifeDays === undefined && { shelfLifeFor: shelfLifeFor ?? {} }),
  }
}

export function findBadAllocation(command: Allocation & { reason: string | null }): Refusal | undefined {
  const { minShelfLifeDays } = command
  if (minShelfLifeDays !== undefined && !(Number.isSafeInteger(minShelfLifeDays) && minShelfLifeDays >= 0)) {
    return refuse('shelf-life-invalid', 'minShelfLifeDays', `${minShelfLifeDays} is no number of days.`)
  }
  return findForceWithoutReason(command)
}

export function minimumOf(command: Allocation, ledger: Ledger): number {
  if (command.force === true) return 0
  return command.minShelfLifeDays ?? nearestMinimum(ledger.directory.shelfLife, command.shelfLifeFor ?? {})
}

/** The named lots that belong to one of the items of an owner: a kit may have several. */
export function lotsOfItem(
  { lots }: Allocation,
  isOfItem: (code: string) => boolean,
  isOnlyItem: boolean,
): readonly NamedLot[] | undefined {
  if (lots === undefined || isOnlyItem) return lots
  const own = lots.filter(({ lot }) => isOfItem(lot))
  return own.length === 0 ? undefined : own
}
