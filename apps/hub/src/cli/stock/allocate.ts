import { figuresOf, lotsOf, reservationOf } from './ledger-command.ts'
import { reservationCommand } from './reservation-command.ts'
import { type AllocationOptions, allocationOptions, toAllocation } from './tracked-options.ts'

export const allocateCommand = reservationCommand<AllocationOptions>('allocate', {
  description: 'settle from which lots units of a reservation will leave',
  quantity: 'how many to allocate',
  options: allocationOptions(),
  build: (claim, own) => ({ kind: 'allocate', ...claim, ...toAllocation(own) }),
  say: (result, quantity) =>
    `Allocated ${quantity} of ${result.sku} at ${result.locationCode}: ${figuresOf(result)}.${lotsOf(result)}${reservationOf(result)}`,
})
