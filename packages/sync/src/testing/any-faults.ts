import fc from 'fast-check'
import type { WarehouseFault } from './warehouse-call.ts'

/** What becomes of calls, one after the other and from the start again. @param well how often nothing goes wrong, to three faults */
export function anyFaults({ well, maxLength }: { well: number; maxLength: number }) {
  const nothing = Array.from({ length: well }, () => undefined)
  return fc.array(fc.constantFrom<WarehouseFault | undefined>('lost', 'dropped', 'late', ...nothing), {
    minLength: 1,
    maxLength,
  })
}

/** Units of a parcel that came back are found to be so. */
export const anyInspection = fc.record({
  kind: fc.constant('inspect' as const),
  nth: fc.nat(3),
  units: fc.integer({ min: 1, max: 4 }),
  as: fc.constantFrom('sellable' as const, 'damaged' as const, 'disposed' as const),
})

/** Time goes by, or whoever works the connection is gone. */
export const anyTime = [
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('go' as const), rounds: fc.integer({ min: 1, max: 8 }) }),
  },
  fc.constant({ kind: 'die' as const }),
] as const
