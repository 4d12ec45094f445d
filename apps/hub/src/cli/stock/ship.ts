import { figuresOf } from './ledger-command.ts'
import { reservationCommand } from './reservation-command.ts'

export const shipCommand = reservationCommand('ship', {
  description: 'units of a reservation that have left',
  quantity: 'how many have left',
  build: (claim) => ({ kind: 'ship', ...claim }),
  say: (result, quantity) =>
    `Shipped ${quantity} of ${result.sku} from ${result.locationCode}: ${figuresOf(result)}.`,
})
