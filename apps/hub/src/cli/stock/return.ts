import { Option } from 'commander'
import { figuresOf, reservationOf } from './ledger-command.ts'
import { reservationCommand } from './reservation-command.ts'
import { toUnits, type UnitOptions, unitOptions } from './tracked-options.ts'

type Own = UnitOptions & { condition?: 'sellable' | 'damaged' | 'inspection'; location?: string }

export const returnCommand = reservationCommand<Own>('return', {
  description: 'shipped units of a reservation that came back',
  quantity: 'how many came back',
  options: [
    new Option('--condition <condition>', 'damaged and inspection are held; sellable unless given').choices([
      'sellable',
      'damaged',
      'inspection',
    ]),
    new Option('--location <code>', 'where they came in (default: where they left from)'),
    ...unitOptions(),
  ],
  build: (claim, { condition, location, ...units }) => ({
    kind: 'return',
    ...claim,
    ...toUnits(units),
    condition,
    locationCode: location,
  }),
  say: (result, quantity) =>
    `Returned ${quantity} of ${result.sku}; at ${result.locationCode} now: ${figuresOf(result)}.${reservationOf(result)}`,
})
