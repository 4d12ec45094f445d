import {
  type CustomerReturn,
  decideCancelReturn,
  decideInspection,
  type Inspected,
  insertReturn,
  lockReturn,
  saveReturn,
  takeBack,
} from '@plimsoll/orders'
import {
  type ActionHead,
  type DocumentOutcome,
  findItemsById,
  findItemsBySku,
  findKitParts,
  findLocations,
  type Item,
  insertMovements,
  isBySerial,
  isUuid,
  type Location,
  movementOf,
  type NewMovement,
  type Refusal,
  RefusedAfterwards,
  refuse,
  runDocumentAction,
  UNALLOCATED_LOT,
} from '@plimsoll/stock'
import { sql } from 'kysely'
import { updateAvailabilityOf } from '../availability/availability.ts'
import { toDocumentStore } from '../availability/stock-changes.ts'
import { nowOf, type SyncContext, type Tx, toStockContext } from '../context.ts'
import { findSenders } from '../fulfilment/warehouse-units.store.ts'
import { closeTasks } from '../tasks.store.ts'

export type NewReturn = {
  number: string
  shipmentId?: string | null | undefined
  locationCode: string
  lines: readonly { sku: string; quantity: number }[]
}

/** `sends`: whoever counts it is a warehouse, which is told of what comes back and tells what became of it. */
type Place = Location & { countedBy: string | null; sends: boolean }
type Found = {
  place: Place | undefined
  /** Those that are named, and what the kits among them are made of. */
  items: Map<string, Item>
  /** Of a kit that is put together as it is sold: what comes back of one, by its SKU. */
  partsOfKits: Map<string, { sku: string; quantity: number }[]>
  isShipmentKnown: boolean
}

/** Notes what a customer is to send back; nothing is on its way or on hand by that. */
export async function createReturn(
  context: SyncContext,
  head: ActionHead,
  wanted: NewReturn,
): Promise<DocumentOutcome<CustomerReturn>> {
  const { number, shipmentId, locationCode, lines } = wanted
  const content = [
    'return-create',
    [number, shipmentId, locationCode],
    lines.map(({ sku, quantity }) => [sku, quantity]),
  ]
  return await runDocumentAction(
    toDocumentStore(context),
    head,
    content,
    (tx) => find(tx, context, wanted),
    (found) => {
      const refused = findBad(wanted, found)
      if (refused !== undefined) return refused
      const returned: CustomerReturn = {
        returnId: context.uuid(),
        number,
        state: 'announced',
        shipmentId: shipmentId?.toLowerCase() ?? null,
        orderId: null,
        announcedBy: null,
        locationCode,
        createdBy: head.actor,
        createdAt: nowOf(context).toISOString(),
        endedAt: null,
        lines: inParts(lines, found).map(({ sku, quantity }, nth) => ({
          line: nth + 1,
          sku,
          announced: quantity,
          restocked: 0,
          damaged: 0,
          disposed: 0,
        })),
      }
      return {
        kind: 'decided',
        commands: [],
        result: returned,
        write: (tx) =>
          insertReturn(tx, context.organizationId, returned, {
            locationId: found.place?.locationId ?? '',
            itemIdOf: (sku) => found.items.get(sku)?.itemId ?? '',
          }),
      }
    },
  )
}

async function find(
  tx: Tx,
  context: SyncContext,
  { locationCode, lines, shipmentId }: NewReturn,
): Promise<Found> {
  const { organizationId } = context
  const items = await findItemsBySku(
    tx,
    organizationId,
    lines.map(({ sku }) => sku),
  )
  const kits = items.filter(({ kitKind }) => kitKind === 'virtual')
  const partsByKit = await findKitParts(
    tx,
    organizationId,
    kits.map(({ itemId }) => itemId),
  )
  const partIds = [...partsByKit.values()].flatMap((parts) => parts.map(({ itemId }) => itemId))
  const parts = await findItemsById(tx, organizationId, [...new Set(partIds)])
  const skuOf = new Map(parts.map(({ itemId, sku }) => [itemId, sku]))
  const shipments =
    shipmentId == null || !isUuid(shipmentId)
      ? []
      : (
          await sql`
            select from shipment where organization_id = ${organizationId} and shipment_id = ${shipmentId}`.execute(
            tx,
          )
        ).rows
  return {
    place: await findPlace(tx, context, locationCode),
    items: new Map([...items, ...parts].map((item) => [item.sku, item])),
    partsOfKits: new Map(
      kits.map(({ itemId, sku }) => [
        sku,
        (partsByKit.get(itemId) ?? []).map((part) => ({
          sku: skuOf.get(part.itemId) ?? '',
          quantity: part.quantity,
        })),
      ]),
    ),
    isShipmentKnown: shipmentId == null || shipments.length > 0,
  }
}

async function findPlace(tx: Tx, context: SyncContext, code: string): Promise<Place | undefined> {
  const { organizationId } = context
  const location = (await findLocations(tx, organizationId)).find((each) => each.code === code)
  if (location === undefined) return undefined
  const counted = await sql<{ countedBy: string | null }>`
    select counted_by from location
    where organization_id = ${organizationId} and location_id = ${location.locationId}`.execute(tx)
  const countedBy = counted.rows[0]?.countedBy ?? null
  const senders = countedBy === null ? [] : await findSenders(tx, context)
  const sends = senders.some((each) => each.locationId === location.locationId && each.sends)
  return { ...location, countedBy, sends }
}

/** A kit of several items has no stock of its own: what comes back are its parts, each item once. */
function inParts(
  lines: NewReturn['lines'],
  { partsOfKits }: Pick<Found, 'partsOfKits'>,
): { sku: string; quantity: number }[] {
  const units = new Map<string, number>()
  for (const { sku, quantity } of lines)
    for (const part of partsOfKits.get(sku) ?? [{ sku, quantity: 1 }])
      units.set(part.sku, (units.get(part.sku) ?? 0) + quantity * part.quantity)
  return [...units].map(([sku, quantity]) => ({ sku, quantity }))
}

function findBad(
  { locationCode, lines }: NewReturn,
  { place, items, partsOfKits, isShipmentKnown }: Found,
): Refusal | undefined {
  if (place === undefined)
    return refuse('unknown-location', 'location', `There is no location with the code "${locationCode}".`)
  // Nobody could be told, and nobody would say what came of it.
  if (place.countedBy !== null && !place.sends)
    return refuse(
      'document-state',
      'location',
      `"${locationCode}" is counted by a connection that sends for nobody else, and takes in its own returns.`,
    )
  if (!isShipmentKnown)
    return refuse('insufficient-shipped', 'shipmentId', 'Nothing left by a shipment of this id.')
  if (lines.length === 0) return refuse('invalid-lines', 'lines', 'There is no line.')
  for (const [nth, { sku, quantity }] of lines.entries()) {
    const item = items.get(sku)
    if (item === undefined)
      return refuse('unknown-sku', `lines[${nth}].sku`, `There is no item with the SKU "${sku}".`)
    if (!Number.isSafeInteger(quantity) || quantity <= 0)
      return refuse('quantity-not-positive', `lines[${nth}].quantity`, `${quantity} is no number of units.`)
    const all = [item, ...(partsOfKits.get(sku) ?? []).flatMap((part) => items.get(part.sku) ?? [])]
    // A warehouse says which units came; here a person scans each.
    const bySerial = place.countedBy === null ? all.find(isBySerial) : undefined
    if (bySerial !== undefined)
      return refuse(
        'serial-missing',
        `lines[${nth}].sku`,
        `The item "${bySerial.sku}" is tracked by serial number: return its reservation, each unit by its number.`,
      )
    if (lines.findIndex((line) => line.sku === sku) !== nth)
      return refuse('invalid-lines', `lines[${nth}]`, `Two lines are of "${sku}".`)
  }
  return undefined
}

/**
 * Looks at what came back: sellable units come on hand, damaged ones are held as well, disposed ones are back and gone. On the order that it
 * left with no more is taken back than left (I11), and what its channel has put back by a refund is not put back again.
 */
export async function inspectReturn(
  context: SyncContext,
  head: ActionHead,
  { returnId, lines }: { returnId: string; lines: readonly Inspected[] },
): Promise<DocumentOutcome<CustomerReturn>> {
  const content = [
    'return-inspect',
    returnId,
    lines.map(({ line, quantity, condition, lot }) => [line, quantity, condition, lot]),
  ]
  return await act(context, head, returnId, content, (returned, at) => {
    const next = decideInspection(returned, lines, at)
    return 'kind' in next ? next : { next, write: (tx) => putBack(context, tx, head, next, lines) }
  })
}

/** Nothing more of it will come: cancelled where nothing came, closed where something did. */
export async function cancelReturn(
  context: SyncContext,
  head: ActionHead,
  returnId: string,
): Promise<DocumentOutcome<CustomerReturn>> {
  return await act(context, head, returnId, ['return-cancel', returnId], (returned, at) => {
    const next = decideCancelReturn(returned, at)
    return 'kind' in next
      ? next
      : {
          next,
          // It need not be announced any more.
          write: (tx) => closeTasks(tx, context.organizationId, 'return-refused', [returnId], nowOf(context)),
        }
  })
}

async function act(
  context: SyncContext,
  head: ActionHead,
  returnId: string,
  content: readonly unknown[],
  decide: (
    returned: CustomerReturn,
    at: string,
  ) => { next: CustomerReturn; write(tx: Tx): Promise<void> } | Refusal,
): Promise<DocumentOutcome<CustomerReturn>> {
  const { organizationId } = context
  return await runDocumentAction(
    toDocumentStore(context),
    head,
    content,
    async (tx) => (isUuid(returnId) ? await lockReturn(tx, organizationId, returnId) : undefined),
    (returned) => {
      if (returned === undefined) return refuse('unknown-return', 'id', `There is no return ${returnId}.`)
      const decided = decide(returned, nowOf(context).toISOString())
      if ('kind' in decided) return decided
      return {
        kind: 'decided',
        commands: [],
        result: decided.next,
        write: async (tx) => {
          await saveReturn(tx, organizationId, decided.next)
          await decided.write(tx)
        },
      }
    },
  )
}

async function putBack(
  context: SyncContext,
  tx: Tx,
  head: ActionHead,
  returned: CustomerReturn,
  inspected: readonly Inspected[],
): Promise<void> {
  const { organizationId } = context
  const { shipmentId, orderId } = returned
  const left = shipmentId !== null ? { shipmentId } : orderId !== null ? { orderId } : undefined
  const stock = toStockContext(context)
  const place = await findPlace(tx, context, returned.locationCode)
  // It would be put back twice: by a person here, and by the warehouse that says what came back to it.
  if (place !== undefined && place.countedBy !== null)
    throw new RefusedAfterwards(
      refuse(
        'document-state',
        'location',
        `What comes back to "${returned.locationCode}" is inspected there: its warehouse says what became of it.`,
      ),
    )
  const skus = returned.lines.map(({ sku }) => sku)
  const items = new Map((await findItemsBySku(tx, organizationId, skus)).map((item) => [item.sku, item]))
  const movements: NewMovement[] = []
  const itemIds = new Set<string>()
  for (const [nth, { line, quantity, condition, lot }] of inspected.entries()) {
    const sku = returned.lines.find((each) => each.line === line)?.sku ?? ''
    const item = items.get(sku)
    if (item === undefined || place === undefined) continue
    // Of what is gone whose nobody knows there is nothing to book.
    if (condition === 'disposed' && left === undefined) continue
    const lotId = lot === undefined ? undefined : await findLot(tx, organizationId, item.itemId, lot)
    if (lot !== undefined && lotId === undefined)
      throw new RefusedAfterwards(refuse('unknown-lot', `lines[${nth}].lot`, `"${sku}" has no lot "${lot}".`))
    const base = {
      commandKey: `document:${head.key}:${nth + 1}`,
      actor: head.actor,
      reason: head.reason ?? `return ${returned.number}`,
      effectiveAt: nowOf(context),
      unitCost: undefined,
    }
    itemIds.add(item.itemId)
    if (left === undefined) {
      const here = {
        ...base,
        itemId: item.itemId,
        locationId: place.locationId,
        lotId: lotId ?? UNALLOCATED_LOT,
        referenceKind: null,
        referenceId: null,
      }
      movements.push(
        movementOf(here, 'receive', {
          onHandDelta: quantity,
          heldDelta: condition === 'damaged' ? quantity : 0,
        }),
      )
      continue
    }
    const taken = await takeBack(
      tx,
      stock,
      { ...left, itemId: item.itemId, units: quantity, locationId: place.locationId, condition, lotId },
      base,
    )
    if (taken.units < quantity)
      throw new RefusedAfterwards(
        refuse(
          'insufficient-shipped',
          `lines[${nth}].quantity`,
          `${quantity} units of "${sku}" asked, ${taken.units} of the ${shipmentId === null ? 'order' : 'shipment'} are still out.`,
        ),
      )
    movements.push(...taken.movements)
  }
  if (movements.length > 0) await insertMovements(tx, stock, movements)
  await updateAvailabilityOf(context, tx, {
    itemIds: [...itemIds].sort(),
    at: nowOf(context),
    cause: 'world',
  })
}

async function findLot(
  tx: Tx,
  organizationId: string,
  itemId: string,
  code: string,
): Promise<string | undefined> {
  const found = await sql<{ lotId: string }>`
    select lot_id from lot
    where organization_id = ${organizationId} and item_id = ${itemId} and code = ${code}`.execute(tx)
  return found.rows[0]?.lotId
}
