import { figuresOf, lotsOf, reservationOf } from './ledger-command.ts'
import { reservationCommand } from './reservation-command.ts'
import { type AllocationOptions, allocationOptions, serialOption, toAllocation } from './tracked-options.ts'

export const shipCommand = reservationCommand<AllocationOptions & { serial?: string[] }>('ship', {
  description: 'units of a reservation that have left',
  quantity: 'how many have left',
  options: [...allocationOptions(), serialOption()],
  build: (claim, own) => ({ kind: 'ship', ...claim, ...toAllocation(own), serials: own.serial }),
  say: (result, quantity) =>
    `Shipped ${quantity} of ${result.sku} from ${result.locationCode}: ${figuresOf(result)}.${lotsOf(result)}${reservationOf(result)}`,
})
