import { Option } from 'commander'
import { figuresOf, toInstant } from './ledger-command.ts'
import { placedCommand } from './placed-command.ts'
import { lotOption } from './tracked-options.ts'

export const reserveCommand = placedCommand<{ partial?: true; expiresAt?: Date; lot?: string }>('reserve', {
  description: 'set units aside, never more than are available',
  quantity: 'how many to set aside',
  options: [
    new Option('--partial', 'what there is, where it is less than asked, but at least 1'),
    new Option(
      '--expires-at <instant>',
      'what is still open then is given back by itself (a cart, a quote)',
    ).argParser(toInstant),
    lotOption(),
  ],
  build: (place, { partial, expiresAt, lot }) => ({
    kind: 'reserve',
    ...place,
    grant: partial === true ? 'partial' : undefined,
    expiresAt,
    lot,
  }),
  say: (result, quantity) => {
    const { sku, locationCode, reservationId, granted = quantity } = result
    return [
      `Reserved ${granted} of ${sku} at ${locationCode}: ${figuresOf(result)}.`,
      `To give them back: plimsoll stock release ${reservationId} ${granted}`,
    ].join('\n')
  },
})
