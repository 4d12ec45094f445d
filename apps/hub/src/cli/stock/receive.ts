import { Option } from 'commander'
import { figuresOf } from './ledger-command.ts'
import { placedCommand } from './placed-command.ts'

export const receiveCommand = placedCommand<{ held?: true }>('receive', {
  description: 'units that arrived',
  quantity: 'how many arrived',
  options: [new Option('--held', 'keep them back until they are unheld: damaged, or to be inspected')],
  build: (place, { held }) => ({ kind: 'receive', ...place, into: held === true ? 'held' : undefined }),
  say: (result, quantity) =>
    `Received ${quantity} of ${result.sku} at ${result.locationCode}: ${figuresOf(result)}.`,
})
