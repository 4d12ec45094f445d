import type { AnnouncedReturn } from '@plimsoll/connector-kit'
import {
  type AnnouncedUnits,
  decideCancelReturn,
  insertReturn,
  lockReturn,
  saveReturn,
  takeOrderInHand,
  unitsOfReturn,
} from '@plimsoll/orders'
import { findItemsById, isBySerial } from '@plimsoll/stock'
import { nowOf, type Tx } from '../context.ts'
import type { InboxVerdict } from '../intake/inbox.store.ts'
import { closeTasks } from '../tasks.store.ts'
import type { WorkerContext } from '../worker/worker-context.ts'
import {
  findOrderId,
  findReturnPlaces,
  lockKnownReturn,
  type ReturnPlace,
  replaceReturnLines,
  saveChannelOfReturn,
  saveVersionOfReturn,
} from './announced-return.store.ts'

type Verdict = Pick<InboxVerdict, 'state' | 'reasonCode' | 'reason'>

const applied: Verdict = { state: 'applied', reasonCode: null, reason: null }
const skipped = (reasonCode: string, reason: string): Verdict => ({ state: 'skipped', reasonCode, reason })
const parked = (reasonCode: string, reason: string): Verdict => ({ state: 'parked', reasonCode, reason })

/**
 * A return that a channel granted its customer becomes an announced return of the order: nothing is on hand by it until somebody
 * has looked at what came. Told again it is the same one; other units replace the first, as long as nobody has looked at any;
 * called off, it is cancelled, or closed where some have come. In the caller's transaction.
 */
export async function applyAnnouncedReturn(
  context: WorkerContext,
  tx: Tx,
  told: AnnouncedReturn,
): Promise<Verdict> {
  const { organizationId, connection } = context
  const { connectionId } = connection
  const known = await lockKnownReturn(tx, organizationId, { connectionId, externalId: told.externalId })
  if (known === undefined) return await announce(context, tx, told)
  const { returnId, externalVersion } = known
  const isOlder = told.version !== undefined && externalVersion !== null && told.version < externalVersion
  if (isOlder) return skipped('repeated', 'This state is known already.')
  await saveVersionOfReturn(tx, organizationId, returnId, told.version ?? null)
  const returned = await lockReturn(tx, organizationId, returnId)
  if (returned === undefined) throw new Error(`the return ${returnId} is locked and not there`)
  if (told.state === 'cancelled') {
    const next = decideCancelReturn(returned, nowOf(context).toISOString())
    if ('kind' in next) return skipped('repeated', 'It had ended before.')
    await saveReturn(tx, organizationId, next)
    await closeTasks(tx, organizationId, 'return-refused', [returnId], nowOf(context))
    return applied
  }
  if (told.state === 'closed' || returned.state !== 'announced' || told.lines.length === 0)
    return skipped('nothing-new', 'What is expected of it is as it was.')
  const orderId = await findOrderId(tx, organizationId, {
    connectionId,
    externalId: told.orderExternalId,
  })
  const hand = orderId === undefined ? undefined : await takeOrderInHand(tx, organizationId, orderId)
  if (hand === undefined) return unknownOrder(told)
  const units = unitsOfReturn(hand, told.lines)
  if (units.kind !== 'known') return parkedLine(told, units)
  await replaceReturnLines(tx, organizationId, returnId, units.units)
  return applied
}

async function announce(context: WorkerContext, tx: Tx, told: AnnouncedReturn): Promise<Verdict> {
  const { organizationId, connection } = context
  const { connectionId } = connection
  if (told.state !== 'announced' || told.lines.length === 0)
    return skipped('nothing-expected', 'Nothing is expected of it, and the hub knew nothing of it.')
  const orderId = await findOrderId(tx, organizationId, { connectionId, externalId: told.orderExternalId })
  const hand = orderId === undefined ? undefined : await takeOrderInHand(tx, organizationId, orderId)
  if (orderId === undefined || hand === undefined) return unknownOrder(told)
  const units = unitsOfReturn(hand, told.lines)
  if (units.kind !== 'known') return parkedLine(told, units)
  const place = choosePlace(await findReturnPlaces(tx, context), units.leftFrom, connectionId)
  if (place === 'told-by-warehouse')
    return skipped(
      'told-by-warehouse',
      'It left from a place that its channel counts, which takes in its own returns.',
    )
  if (place === undefined)
    return parked(
      'no-return-location',
      `No location of your own can take in the return ${told.number}. Add one that no connection counts, then replay.`,
    )
  const items = await findItemsById(
    tx,
    organizationId,
    units.units.map(({ itemId }) => itemId),
  )
  // A warehouse says which of them came; here a person scans each.
  const bySerial = place.countedBy === null ? items.find(isBySerial) : undefined
  if (bySerial !== undefined)
    return parked(
      'return-by-serial',
      `"${bySerial.sku}" of the return ${told.number} is tracked by serial number: return its reservation, each unit by its number.`,
    )
  const skuOf = new Map(items.map(({ itemId, sku }) => [itemId, sku]))
  const itemOf = new Map(items.map(({ itemId, sku }) => [sku, itemId]))
  const returnId = context.uuid()
  await insertReturn(
    tx,
    organizationId,
    {
      returnId,
      number: told.number,
      state: 'announced',
      shipmentId: null,
      orderId,
      announcedBy: connection.name,
      locationCode: place.code,
      createdBy: connection.name,
      createdAt: nowOf(context).toISOString(),
      endedAt: null,
      lines: units.units.map(({ itemId, quantity }, nth) => ({
        line: nth + 1,
        sku: skuOf.get(itemId) ?? '',
        announced: quantity,
        restocked: 0,
        damaged: 0,
        disposed: 0,
      })),
    },
    { locationId: place.locationId, itemIdOf: (sku) => itemOf.get(sku) ?? '' },
  )
  await saveChannelOfReturn(tx, organizationId, returnId, {
    orderId,
    connectionId,
    externalId: told.externalId,
    version: told.version ?? null,
  })
  return applied
}

/**
 * Back where it left from, where that is a place of one's own or of a warehouse that sends for others; else at the first of one's
 * own. Pure.
 * @param grantedBy the channel: what it sends itself it takes back itself
 * @returns undefined where there is none
 */
export function choosePlace(
  places: readonly ReturnPlace[],
  leftFrom: string | undefined,
  grantedBy: string,
): ReturnPlace | 'told-by-warehouse' | undefined {
  const left = places.find(({ locationId }) => locationId === leftFrom)
  if (left !== undefined) {
    const isTold = left.countedBy !== null && (!left.sends || left.countedBy === grantedBy)
    return isTold ? 'told-by-warehouse' : left
  }
  return places.find(({ countedBy }) => countedBy === null)
}

function unknownOrder({ number, orderExternalId }: AnnouncedReturn): Verdict {
  return parked(
    'unknown-order',
    `The return ${number} is of the order ${orderExternalId}, which the hub does not know. Read it in, then replay, or take in what comes by a return of your own.`,
  )
}

function parkedLine(
  { number, orderExternalId }: AnnouncedReturn,
  { kind, lineExternalId }: Exclude<AnnouncedUnits, { kind: 'known' }>,
): Verdict {
  const line = `Line ${lineExternalId} of the order ${orderExternalId}`
  switch (kind) {
    case 'unknown-line':
      return parked(
        'unknown-line',
        `${line} is not known, and the return ${number} names it. Read the order again, then replay.`,
      )
    case 'not-mapped':
      return parked(
        'unmapped-listing',
        `${line} is not tied to an item, so nothing of the return ${number} is expected. Map its listing, then replay.`,
      )
    default: {
      const never: never = kind
      throw new Error(`unknown outcome ${String(never)}`)
    }
  }
}
