import { figuresOf, reservationOf } from './ledger-command.ts'
import { reservationCommand } from './reservation-command.ts'

export const releaseCommand = reservationCommand('release', {
  description: 'give units of a reservation back',
  quantity: 'how many to give back',
  build: (claim) => ({ kind: 'release', ...claim }),
  say: (result, quantity) =>
    `Released ${quantity} of ${result.sku} at ${result.locationCode}: ${figuresOf(result)}.${reservationOf(result)}`,
})
