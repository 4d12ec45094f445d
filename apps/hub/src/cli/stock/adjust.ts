import { figuresOf } from './ledger-command.ts'
import { placedCommand } from './placed-command.ts'

export const adjustCommand = placedCommand('adjust', {
  description: 'a difference, of either sign: units found, lost or broken',
  quantity: 'the difference, for example -2',
  build: (place) => ({ kind: 'adjust', ...place }),
  say: (result, quantity) =>
    `Adjusted ${result.sku} at ${result.locationCode} by ${quantity > 0 ? '+' : ''}${quantity}: ${figuresOf(result)}.`,
})
