import { refuse } from '../errors.ts'
import { decideShipment, findBadSerials, type SerialMove } from '../serials/serials.ts'
import { givenOf } from './at-place.ts'
import type { CommandHead } from './command.ts'
import type { CommandKind } from './kind.ts'

/**
 * Says which units left with an order line whose shipment was told without them, as platforms do. No stock moves: it has
 * moved already. At most as many as have left and are not told yet.
 */
export type TellSerialsCommand = CommandHead & {
  kind: 'tell-serials'
  lineId: string
  serials: readonly string[]
}

export const tellSerials: CommandKind<TellSerialsCommand> = {
  contentOf: (command) => [
    command.kind,
    command.lineId.toLowerCase(),
    command.serials.toSorted(),
    command.reason,
    ...givenOf({ effectiveAt: command.effectiveAt?.toISOString() }),
  ],
  findBad: ({ serials }) =>
    serials.length === 0
      ? refuse('serial-missing', 'serials', 'No serial is named.')
      : findBadSerials(serials, serials.length),
  names: ({ lineId, serials }) => ({ lines: [lineId.toLowerCase()], serials }),
  // Under the locks of the balances, so that nobody counts the serials meanwhile.
  places: ({ lineId }, directory) =>
    directory.reservations.filter((row) => row.ownerId === lineId.toLowerCase()),
  decide: (command, ledger) => {
    const ownerId = command.lineId.toLowerCase()
    const rows = ledger
      .reservationsOf(ownerId)
      .filter((row) => row.ownerKind === 'order-line' && ledger.item(row.itemId).tracking === 'serial')
    const [first] = rows
    if (first === undefined) {
      return refuse('unknown-line', 'lineId', 'No order line with this id has units with serial numbers.')
    }
    const item = ledger.item(first.itemId)
    const out = rows.reduce((sum, row) => sum + row.shipped - row.returned, 0)
    const told = ledger.serialsOf(ownerId).length
    if (command.serials.length > out - told) {
      const text = `${command.serials.length} serials named, ${Math.max(0, out - told)} units have left without theirs.`
      return refuse('insufficient-shipped', 'serials', text)
    }
    const isNew = item.serialCapture === 'shipment' ? 'may-be-new' : 'must-be-known'
    const moves: SerialMove[] = []
    for (const serial of command.serials) {
      const at = ledger.serialPlace(first).find(serial)?.locationId
      const row = rows.find(({ locationId }) => locationId === at) ?? first
      const shipped = decideShipment([serial], ledger.serialPlace(row), ownerId, isNew)
      if ('kind' in shipped) return shipped
      moves.push(...shipped)
    }
    const head = { ...ledger.movementHead(command), referenceKind: 'order', referenceId: first.orderId }
    const serials = moves.map((move) => ({ ...head, ...move, itemId: item.itemId }))
    return {
      kind: 'decided',
      changes: { movements: [], serials },
      answer: (after) => after.figuresAt(first, null),
    }
  },
}
