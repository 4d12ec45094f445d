import { figuresOf } from './ledger-command.ts'
import { placedCommand } from './placed-command.ts'

export const unholdCommand = placedCommand('unhold', {
  description: 'held units that may be sold again',
  quantity: 'how many to let go',
  build: (place) => ({ kind: 'unhold', ...place }),
  say: (result, quantity) =>
    `Let go of ${quantity} of ${result.sku} at ${result.locationCode}: ${figuresOf(result)}.`,
})
