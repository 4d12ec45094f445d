import { figuresOf } from './ledger-command.ts'
import { placedCommand } from './placed-command.ts'

export const countCommand = placedCommand('count', {
  description: 'what was counted: the difference to it is written down',
  quantity: 'how many are there, reserved and held ones too',
  say: (result, quantity) =>
    `Counted ${quantity} of ${result.sku} at ${result.locationCode}: ${figuresOf(result)}.`,
})
