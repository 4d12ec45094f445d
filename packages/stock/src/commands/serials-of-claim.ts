import type { openClaim } from '../claims.ts'
import { type Refusal, refuse } from '../errors.ts'
import type { Item } from '../items.store.ts'
import { openOf } from '../reservations.ts'
import { decideReturn, decideShipment, findBadSerials, type SerialMove } from '../serials/serials.ts'
import type { Ledger } from './ledger.ts'

/** What is decided for one item, tracked by serial number, of one owner; base units. */
export type SerialClaim = {
  work: ReturnType<typeof openClaim>
  ledger: Ledger
  item: Item
  ownerId: string
  units: number
  serials: readonly string[] | undefined
}

/** Units leave by serial number, each from the location where it is and where the owner holds it. */
export function shipSerials(claim: SerialClaim): SerialMove[] | Refusal {
  const { work, ledger, item, ownerId } = claim
  const serials = findSerials(claim)
  if ('kind' in serials) return serials
  const moves: SerialMove[] = []
  let left = [...serials]
  for (const row of work.rows.filter(({ itemId }) => itemId === item.itemId)) {
    const place = ledger.serialPlace(row)
    // A serial that is known to be elsewhere is left for a row there; the last row says what is wrong with it.
    const here = left.filter(
      (serial) => (place.find(serial)?.locationId ?? row.locationId) === row.locationId,
    )
    const taken = here.slice(0, openOf(row))
    if (taken.length === 0) continue
    const isNew = item.serialCapture === 'shipment' ? 'may-be-new' : 'must-be-known'
    const shipped = decideShipment(taken, place, ownerId, isNew)
    if ('kind' in shipped) return shipped
    work.take(row, 'ship', taken.length)
    moves.push(...shipped)
    left = left.filter((serial) => !taken.includes(serial))
  }
  const [row] = work.rows.filter(({ itemId }) => itemId === item.itemId)
  const [unshipped] = left
  if (unshipped === undefined || row === undefined) return moves
  const why = decideShipment([unshipped], ledger.serialPlace(row), ownerId, 'must-be-known')
  return 'kind' in why
    ? why
    : refuse(
        'serial-elsewhere',
        'serials',
        `The serial "${unshipped}" is not where so many units are reserved.`,
      )
}

/** Units come back by serial number, each into the row that it left from. */
export function returnSerials(
  claim: SerialClaim,
  to: { state: 'in-stock' | 'held'; locationId: string | undefined },
): SerialMove[] | Refusal {
  const { work, ledger, item, ownerId } = claim
  const serials = findSerials(claim)
  if ('kind' in serials) return serials
  const place = ledger.serialPlace({ itemId: item.itemId, locationId: '' })
  const back = decideReturn(serials, place.find, ownerId, {
    state: to.state,
    locationIdOf: (from) => to.locationId ?? from,
  })
  if ('kind' in back) return back
  for (const serial of serials) {
    const from = place.find(serial)?.locationId
    const own = work.rows.filter((row) => row.itemId === item.itemId && row.shipped > row.returned)
    const row = own.find(({ locationId }) => locationId === from) ?? own[0]
    if (row === undefined) {
      return refuse('insufficient-shipped', 'quantity', `Nothing of "${item.sku}" is still out.`)
    }
    work.take(row, 'return', 1)
  }
  return back
}

function findSerials({ item, serials, units }: SerialClaim): readonly string[] | Refusal {
  if (serials === undefined) {
    return refuse('serial-missing', 'serials', `The item "${item.sku}" is tracked by serial number.`)
  }
  return findBadSerials(serials, units) ?? serials
}

/** The named serials that belong to one of the items of an owner: a kit may have several. */
export function serialsOfItem(
  ledger: Ledger,
  item: Item,
  serials: readonly string[] | undefined,
  isOnlyItem: boolean,
): readonly string[] | undefined {
  if (isOnlyItem) return serials
  const place = ledger.serialPlace({ itemId: item.itemId, locationId: '' })
  return serials?.filter((serial) => place.find(serial) !== undefined)
}
