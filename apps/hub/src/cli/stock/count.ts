import { figuresOf } from './ledger-command.ts'
import { placedCommand } from './placed-command.ts'
import { toUnits, type UnitOptions, unitOptions } from './tracked-options.ts'

export const countCommand = placedCommand<UnitOptions>('count', {
  description: 'what was counted at --effective-at: later movements stay on top of it',
  quantity: 'how many are there, reserved and held ones too',
  options: unitOptions(),
  build: (place, own) => ({ kind: 'count', ...place, ...toUnits(own) }),
  say: (result, quantity) => {
    const since = result.onHand === quantity ? '' : '; with what moved since then'
    return `Counted ${quantity} of ${result.sku} at ${result.locationCode}${since}: ${figuresOf(result)}.`
  },
})
