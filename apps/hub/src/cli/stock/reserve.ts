import { figuresOf } from './ledger-command.ts'
import { placedCommand } from './placed-command.ts'

export const reserveCommand = placedCommand('reserve', {
  description: 'set units aside, never more than are available',
  quantity: 'how many to set aside',
  say: (result, quantity) =>
    [
      `Reserved ${quantity} of ${result.sku} at ${result.locationCode}: ${figuresOf(result)}.`,
      `To give them back: plimsoll stock release ${result.reservationId} ${quantity}`,
    ].join('\n'),
})
