import { figuresOf } from './ledger-command.ts'
import { placedCommand } from './placed-command.ts'
import { toUnits, type UnitOptions, unitOptions } from './tracked-options.ts'

export const unholdCommand = placedCommand<UnitOptions>('unhold', {
  description: 'held units that may be sold again',
  quantity: 'how many to let go',
  options: unitOptions(),
  build: (place, own) => ({ kind: 'unhold', ...place, ...toUnits(own) }),
  say: (result, quantity) =>
    `Let go of ${quantity} of ${result.sku} at ${result.locationCode}: ${figuresOf(result)}.`,
})
