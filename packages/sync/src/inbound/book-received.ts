import { inTransaction } from '@plimsoll/database'
import {
  type ActionHead,
  type ArrivalLine,
  type DocumentStore,
  findInboundShipment,
  type InboundShipment,
  type Item,
  isBySerial,
  outstandingOf,
  RefusedAfterwards,
  receiveInboundShipment,
  runStockCommands,
  type StockCommand,
} from '@plimsoll/stock'
import { updateAvailabilityOf } from '../availability/availability.ts'
import { nowOf, type Tx, toStockContext } from '../context.ts'
import { notify } from '../notify.ts'
import { openTask } from '../tasks.store.ts'
import { refusedTrouble, type Trouble } from '../told-trouble.ts'
import { assertLease } from '../worker/leases.store.ts'
import type { WorkerContext } from '../worker/worker-context.ts'
import { nameOf } from './announce-inbound.ts'
import { type DeliveryRow, isCorrection, markBooked } from './deliveries.store.ts'
import type { DeliveryLine } from './delivery.ts'

/** The difference of one line to what is in the ledger, in our own terms. */
export type Booking = {
  delivery: DeliveryRow
  line: DeliveryLine
  place: { locationId: string; locationCode: string }
  item: Item
  /** Base units, signed. */
  units: number
  effectiveAt: Date
  /** The count in the ledger was made after they came in, and has them already; or counts alone say what is there. */
  isCounted: boolean
}

/**
 * Books the difference as a receipt: of the inbound shipment where it is of one of ours that still takes it, else at the place
 * alone; what came off, as a correction. What a count has already is received and taken off in one, so that documents are right
 * and nothing is there twice.
 * @returns why it could not be
 */
export async function bookReceived(context: WorkerContext, booking: Booking): Promise<Trouble | undefined> {
  const { database, organizationId, connection } = context
  const { delivery, line, item, units } = booking
  const serials = serialsOf(booking)
  const store = storeOf(context, (tx) => noteBooked(context, tx, booking, serials))
  // A count that is newer than what was corrected is right as it is.
  if (units < 0 && booking.isCounted)
    return await inTransaction(database, async (tx) => {
      await assertLease(tx, organizationId, context.lease)
      await noteBooked(context, tx, booking, serials)
      return undefined
    })
  if (units < 0) return await run(context, store, lessCommands(context, booking, serials))
  const inbound =
    delivery.inboundId === null
      ? undefined
      : await findInboundShipment(database.kysely, organizationId, delivery.inboundId)
  if (inbound !== undefined && takes(inbound, booking)) {
    const head: ActionHead = {
      key: `delivery:${context.uuid()}`,
      actor: connection.name,
      reason: `received by ${connection.name}`,
      effectiveAt: booking.effectiveAt,
    }
    const lines = arrivalsOf(inbound, booking, serials)
    const over = units - openOf(inbound, item.sku)
    const expected = inbound.lines.reduce((sum, each) => sum + (each.sku === item.sku ? each.expected : 0), 0)
    const announced = (expected * (line.told - line.booked)) / units
    const told = storeOf(context, async (tx) => {
      await noteBooked(context, tx, booking, serials)
      if (over > 0 && !(await isCorrection(tx, organizationId, delivery, line, announced)))
        await noteDiffers(context, tx, inbound, {
          ...{ item, units: over, why: 'more than were on their way' },
          told: 'inbound-more',
        })
    })
    const further = uncount(context, booking)
    const outcome = await receiveInboundShipment(told, head, {
      inboundId: inbound.inboundId,
      lines,
      allowOver: true,
      further,
    })
    return outcome.kind === 'refused' ? refusedTrouble(outcome) : undefined
  }
  const plain = storeOf(context, async (tx) => {
    await noteBooked(context, tx, booking, serials)
    if (inbound !== undefined)
      await noteDiffers(context, tx, inbound, {
        item,
        units,
        why: `that it does not await (it is ${inbound.state})`,
        told: 'inbound-not-awaited',
      })
  })
  const received: StockCommand = {
    ...headOf(context, booking, `received by ${connection.name}`),
    kind: 'receive',
    quantity: units,
    into: line.condition === 'damaged' ? 'held' : 'sellable',
    ...unitsOf(booking, serials.changed),
    ...lotOf(booking),
  }
  return await run(context, plain, [received, ...uncount(context, booking)])
}

/** Runs them in one transaction with what is noted, or not at all. */
async function run(
  context: WorkerContext,
  store: DocumentStore,
  commands: readonly StockCommand[],
): Promise<Trouble | undefined> {
  const { database } = context
  const { afterMovements } = store
  try {
    await runStockCommands(database, store.context, commands, {
      ...(afterMovements !== undefined && { afterMovements }),
    })
    return undefined
  } catch (error) {
    if (error instanceof RefusedAfterwards) return refusedTrouble(error.refusal)
    throw error
  }
}

/** Documents and commands of this connection's holder; with `also`, one transaction. Nothing of it where one is refused. */
export function storeOf(context: WorkerContext, also: (tx: Tx) => Promise<void>): DocumentStore {
  const { organizationId, lease } = context
  return {
    database: context.database,
    context: toStockContext(context),
    afterMovements: async (tx, outcomes) => {
      const refused = outcomes.find((outcome) => outcome.kind === 'refused')
      if (refused?.kind === 'refused') throw new RefusedAfterwards(refused)
      await assertLease(tx, organizationId, lease)
      const itemIds = outcomes.flatMap((outcome) => (outcome.kind === 'applied' ? outcome.itemIds : []))
      await updateAvailabilityOf(context, tx, { itemIds, at: nowOf(context), cause: 'world' })
      await also(tx)
    },
  }
}

type Serials = { changed: string[]; booked: string[] }

/** Which serials are new, or gone; of items that are not told apart, none. */
function serialsOf({ line, item, units }: Pick<Booking, 'line' | 'item' | 'units'>): Serials {
  if (!isBySerial(item)) return { changed: [], booked: [] }
  const [from, to] = [new Set(line.bookedSerials), new Set(line.toldSerials)]
  const changed =
    units > 0 ? [...to].filter((serial) => !from.has(serial)) : [...from].filter((serial) => !to.has(serial))
  return { changed, booked: [...to] }
}

async function noteBooked(
  context: WorkerContext,
  tx: Tx,
  { delivery, line, item }: Booking,
  { booked }: Serials,
): Promise<void> {
  const { organizationId, connection } = context
  const { kind, externalId } = delivery
  await markBooked(
    tx,
    organizationId,
    { connectionId: connection.connectionId, kind, externalId },
    line,
    booked,
  )
  await notify(tx, organizationId, { kind: 'screen', topics: ['overview', 'tasks'], itemIds: [item.itemId] })
}

async function noteDiffers(
  context: WorkerContext,
  tx: Tx,
  inbound: InboundShipment,
  {
    item,
    units,
    why,
    told,
  }: { item: Item; units: number; why: string; told: 'inbound-more' | 'inbound-not-awaited' },
): Promise<void> {
  const { organizationId, connection, uuid } = context
  const detail = `${connection.name} took in for the inbound shipment ${nameOf(inbound)} ${units} units of "${item.sku}" ${why}. They are in stock; ask your supplier.`
  await openTask(
    tx,
    organizationId,
    {
      kind: 'receipt-differs',
      subject: `${inbound.inboundId}:${item.sku}`,
      connectionId: connection.connectionId,
      sku: item.sku,
      units,
      detail,
      told: {
        code: told,
        facts: { inbound: nameOf(inbound), warehouse: connection.name, units, sku: item.sku },
      },
    },
    { at: nowOf(context), uuid },
  )
}

function takes(inbound: InboundShipment, { item, place }: Booking): boolean {
  return (
    (inbound.state === 'expected' || inbound.state === 'partly-received' || inbound.state === 'received') &&
    inbound.locationCode === place.locationCode &&
    inbound.lines.some(({ sku }) => sku === item.sku)
  )
}

function openOf(inbound: InboundShipment, sku: string): number {
  return inbound.lines.reduce((sum, line) => sum + (line.sku === sku ? outstandingOf(line) : 0), 0)
}

/** Each line of the item takes what it still awaits, the last of them what is left. */
export function arrivalsOf(
  inbound: InboundShipment,
  booking: Pick<Booking, 'units' | 'item' | 'line'>,
  serials: Serials,
): ArrivalLine[] {
  const { units, item, line: told } = booking
  const own = inbound.lines.filter(({ sku }) => sku === item.sku)
  const arrivals: ArrivalLine[] = []
  let left = units
  for (const [nth, line] of own.entries()) {
    const quantity = nth === own.length - 1 ? left : Math.min(left, outstandingOf(line))
    if (quantity <= 0) continue
    const from = units - left
    left -= quantity
    const isDamaged = told.condition === 'damaged'
    const some = serials.changed.slice(from, from + quantity)
    arrivals.push({
      line: line.line,
      quantity,
      damaged: isDamaged ? quantity : 0,
      ...lotOf(booking),
      ...(isBySerial(item) && { serials: some, ...(isDamaged && { damagedSerials: some }) }),
    })
  }
  return arrivals
}

/** What is printed on them. Whatever its lot, it lies there: one that may not leave is taken in too, and is not sold. */
function lotOf({ item, line }: Pick<Booking, 'item' | 'line'>) {
  if (item.tracking !== 'lot') return {}
  return { lot: line.lot ?? undefined, expiresOn: line.expiresOn ?? undefined, force: true }
}

function unitsOf({ item }: Booking, serials: readonly string[]) {
  return isBySerial(item) ? { serials } : {}
}

function headOf(context: WorkerContext, { item, place, effectiveAt }: Booking, reason: string) {
  return {
    key: `delivery:${context.uuid()}`,
    actor: context.connection.name,
    reason,
    effectiveAt,
    sku: item.sku,
    locationCode: place.locationCode,
  }
}

function lessCommands(context: WorkerContext, booking: Booking, serials: Serials): StockCommand[] {
  const { line, item, units } = booking
  const reason = `corrected by ${context.connection.name}`
  const lot = item.tracking === 'lot' && line.lot !== null ? { lot: line.lot } : {}
  const isHeld = line.condition === 'damaged' && !isBySerial(item)
  return [
    ...(isHeld
      ? [{ ...headOf(context, booking, reason), kind: 'unhold' as const, quantity: -units, ...lot }]
      : []),
    {
      ...headOf(context, booking, reason),
      kind: 'adjust',
      quantity: units,
      isOfPlatform: true,
      ...lot,
      ...unitsOf(booking, serials.changed),
    },
  ]
}

/** Takes off again what the last count has already. Counts are booked of items without lots and serials alone. */
function uncount(context: WorkerContext, booking: Booking): StockCommand[] {
  const { isCounted, line, units } = booking
  if (!isCounted) return []
  const reason = `counted already by ${context.connection.name}`
  return [
    ...(line.condition === 'damaged'
      ? [{ ...headOf(context, booking, reason), kind: 'unhold' as const, quantity: units }]
      : []),
    { ...headOf(context, booking, reason), kind: 'adjust', quantity: -units, isOfPlatform: true },
  ]
}
