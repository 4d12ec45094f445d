import { Option } from 'commander'
import { figuresOf, reservationOf } from './ledger-command.ts'
import { reservationCommand } from './reservation-command.ts'

export const moveReservationCommand = reservationCommand<{ location: string }>('move-reservation', {
  description: 'move units of a reservation to another location, never more than are available there',
  quantity: 'how many to move',
  options: [new Option('--location <code>', 'where they move to').makeOptionMandatory()],
  build: (claim, { location }) => ({ kind: 'move-reservation', ...claim, locationCode: location }),
  say: (result, quantity) =>
    `Moved ${quantity} of ${result.sku}; at ${result.locationCode} now: ${figuresOf(result)}.${reservationOf(result)}`,
})
