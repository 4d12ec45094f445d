import { findBadUnits } from '../documents/lines.ts'
import { type Refusal, refuse } from '../errors.ts'
import type { Directory } from './directory.ts'

/** Refuses a cost that is no whole number of ten-thousandths, 0 or more. */
export function findBadUnitCost({ unitCost }: { unitCost?: number | undefined }): Refusal | undefined {
  return unitCost === undefined ? undefined : findBadUnits('unitCost', 'not-negative', unitCost)
}

/** Refuses a cost while nobody has said which currency it is in: it could never be said afterwards. */
export function findCostWithoutCurrency(
  { unitCost }: { unitCost?: number | undefined },
  { currency }: Directory,
): Refusal | undefined {
  return unitCost !== undefined && currency === undefined
    ? refuse('currency-not-set', 'unitCost', 'It is not said which currency costs are in.')
    : undefined
}
