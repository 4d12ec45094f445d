import { figuresOf } from './ledger-command.ts'
import { placedCommand } from './placed-command.ts'
import { toUnits, type UnitOptions, unitOptions } from './tracked-options.ts'

export const holdCommand = placedCommand<UnitOptions>('hold', {
  description: 'units that must not be sold: damaged, in quality control',
  quantity: 'how many to hold',
  options: unitOptions(),
  build: (place, own) => ({ kind: 'hold', ...place, ...toUnits(own) }),
  say: (result, quantity) =>
    `Held ${quantity} of ${result.sku} at ${result.locationCode}: ${figuresOf(result)}.`,
})
