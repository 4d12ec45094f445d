import { componentsOf, figuresOf } from './ledger-command.ts'
import { placedCommand } from './placed-command.ts'

export const assembleCommand = placedCommand('assemble', {
  description: 'put assembled kits together from the components that are there',
  quantity: 'how many kits to put together',
  build: (place) => ({ kind: 'assemble', ...place }),
  say: (result, quantity) =>
    [
      `Assembled ${quantity} of ${result.sku} at ${result.locationCode}: ${figuresOf(result)}.`,
      ...componentsOf(result, 'took'),
    ].join('\n'),
})
