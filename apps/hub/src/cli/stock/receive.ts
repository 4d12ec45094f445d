import { InvalidArgumentError, Option } from 'commander'
import { figuresOf } from './ledger-command.ts'
import { placedCommand } from './placed-command.ts'
import { toUnits, type UnitOptions, unitOptions } from './tracked-options.ts'

type Own = UnitOptions & {
  held?: true
  expires?: string
  manufactured?: string
  supplierLot?: string
  force?: true
  unitCost?: number
}

export const receiveCommand = placedCommand<Own>('receive', {
  description: 'units that arrived',
  quantity: 'how many arrived',
  options: [
    new Option('--held', 'keep them back until they are unheld: damaged, or to be inspected'),
    ...unitOptions(),
    new Option('--expires <day>', 'the last day on which a new lot may leave, for example 2027-01-31'),
    new Option('--manufactured <day>', 'when a new lot was made'),
    new Option('--supplier-lot <text>', 'what the supplier calls a new lot'),
    new Option(
      '--unit-cost <amount>',
      'what one base unit cost, in your currency, for example 12.50',
    ).argParser(toUnitCost),
    new Option('--force', 'take units of a lot that may not leave; needs --reason'),
  ],
  build: (place, own) => ({
    kind: 'receive',
    ...place,
    ...toUnits(own),
    into: own.held === true ? 'held' : undefined,
    expiresOn: own.expires,
    manufacturedOn: own.manufactured,
    supplierLot: own.supplierLot,
    force: own.force,
    unitCost: own.unitCost,
  }),
  say: (result, quantity) =>
    `Received ${quantity} of ${result.sku} at ${result.locationCode}: ${figuresOf(result)}.`,
})

/** Ten-thousandths of an amount as a person writes it, digit by digit: a float would not hold all of them. */
export function toUnitCost(text: string): number {
  const [match, whole = '', fraction = ''] = /^(\d+)(?:\.(\d{1,4}))?$/.exec(text) ?? []
  if (match === undefined) {
    throw new InvalidArgumentError('Give an amount such as 12.50, with four decimals at most.')
  }
  return Number(`${whole}${fraction.padEnd(4, '0')}`)
}
