import { figuresOf } from './ledger-command.ts'
import { placedCommand } from './placed-command.ts'
import { toUnits, type UnitOptions, unitOptions } from './tracked-options.ts'

export const adjustCommand = placedCommand<UnitOptions>('adjust', {
  description: 'a difference, of either sign: units found, lost or broken',
  quantity: 'the difference, for example -2',
  options: unitOptions(),
  build: (place, own) => ({ kind: 'adjust', ...place, ...toUnits(own) }),
  say: (result, quantity) =>
    `Adjusted ${result.sku} at ${result.locationCode} by ${quantity > 0 ? '+' : ''}${quantity}: ${figuresOf(result)}.`,
})
