import { figuresOf } from './ledger-command.ts'
import { placedCommand } from './placed-command.ts'

export const receiveCommand = placedCommand('receive', {
  description: 'units that arrived',
  quantity: 'how many arrived',
  say: (result, quantity) =>
    `Received ${quantity} of ${result.sku} at ${result.locationCode}: ${figuresOf(result)}.`,
})
