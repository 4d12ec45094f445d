import { figuresOf } from './ledger-command.ts'
import { placedCommand } from './placed-command.ts'

export const holdCommand = placedCommand('hold', {
  description: 'units that must not be sold: damaged, in quality control',
  quantity: 'how many to hold',
  build: (place) => ({ kind: 'hold', ...place }),
  say: (result, quantity) =>
    `Held ${quantity} of ${result.sku} at ${result.locationCode}: ${figuresOf(result)}.`,
})
