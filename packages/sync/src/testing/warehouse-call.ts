import { Invalid, Unavailable } from '@plimsoll/connector-kit'

/** `lost`: it left and was not carried out; `dropped`: carried out, the answer lost; `late`: carried out a little later, no answer. */
export type WarehouseFault = 'lost' | 'dropped' | 'late'
/** What a call comes to; `refused`: it says no. */
export type WarehouseAnswer = WarehouseFault | 'refused' | undefined

/** One call to a warehouse in memory, as the network has it. */
export function callWarehouse<T>(
  warehouse: { land(): void; later(work: () => void): void },
  name: string,
  fault: () => WarehouseAnswer,
  carryOut: () => T,
): T {
  warehouse.land()
  const comes = fault()
  if (comes === 'lost') throw new Unavailable('The warehouse did not answer', true)
  if (comes === 'refused') throw new Invalid('The warehouse does not do that', name)
  if (comes === 'late') {
    warehouse.later(carryOut)
    throw new Unavailable('The warehouse did not answer', true)
  }
  const answer = carryOut()
  if (comes === 'dropped') throw new Unavailable('The answer was lost', true)
  return answer
}

/** A stock unit as it lists it. */
export function toListing(sku: string) {
  return {
    externalId: sku,
    sku,
    barcode: undefined,
    title: sku,
    stockUnitId: sku,
    tracked: true,
    fulfilledBy: 'merchant' as const,
    sellsBeyondZero: false,
    state: 'active' as const,
  }
}
