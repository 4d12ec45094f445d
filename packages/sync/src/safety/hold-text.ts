import type { HoldTable } from '@plimsoll/database'
import type { ToldTask } from '../told-task.ts'

/** What a person reads on the task: what waits, what is at stake, what to do. */
export function describeHold({
  kind,
  listings,
  ofListings,
  units,
}: Pick<HoldTable, 'kind' | 'listings' | 'ofListings' | 'units'>): string {
  switch (kind) {
    case 'zero':
      return `${listings} of ${ofListings} listings would go to zero at once, ${units} units in all, and no orders explain it. They are held; everything else goes on. Confirm the hold if it is meant; if not, refuse it and put right what caused it: a file, a count, a policy.`
    case 'raise':
      return `${listings} of ${ofListings} listings would rise far above what they show, by ${units} units in all. They are held; everything else goes on. Confirm the hold if it is meant; if not, refuse it and put right what caused it.`
    case 'first-batch':
      return `The first listings of the connection are written; ${listings} more wait. Look at the shop, then confirm the hold, and the rest is written.`
    case 'go-live':
      return 'The first writes, as they were previewed.'
    default: {
      const never: never = kind
      return never
    }
  }
}

/** The same, for screens. */
export function toldHold({
  kind,
  listings,
  ofListings,
  units,
}: Pick<HoldTable, 'kind' | 'listings' | 'ofListings' | 'units'>): ToldTask {
  switch (kind) {
    case 'zero':
      return { code: 'hold-zero', facts: { listings, ofListings, units } }
    case 'raise':
      return { code: 'hold-raise', facts: { listings, ofListings, units } }
    case 'first-batch':
      return { code: 'hold-first-batch', facts: { listings } }
    case 'go-live':
      return { code: 'hold-go-live', facts: {} }
    default: {
      const never: never = kind
      return never
    }
  }
}
