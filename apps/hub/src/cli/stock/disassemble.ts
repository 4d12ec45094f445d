import { componentsOf, figuresOf } from './ledger-command.ts'
import { placedCommand } from './placed-command.ts'

export const disassembleCommand = placedCommand('disassemble', {
  description: 'take assembled kits apart into their components again',
  quantity: 'how many kits to take apart',
  build: (place) => ({ kind: 'disassemble', ...place }),
  say: (result, quantity) =>
    [
      `Took apart ${quantity} of ${result.sku} at ${result.locationCode}: ${figuresOf(result)}.`,
      ...componentsOf(result, 'gave'),
    ].join('\n'),
})
