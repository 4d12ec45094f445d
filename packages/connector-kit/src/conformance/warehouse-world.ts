import { randomUUID } from 'node:crypto'
import type { ExternalCount, Page } from '../canonical.ts'
import type { ControlLevel } from '../simulator/control.ts'
import type { WarehouseFloor } from '../simulator/warehouse-floor.ts'
import type { FloorRequest, FloorReturn } from '../simulator/warehouse-records.ts'
import type { FloorStep } from '../simulator/warehouse-requests.ts'
import type { StreamQuery, WarehouseOperations } from '../warehouse/operations.ts'
import type {
  InboundNotice,
  Recipient,
  ReturnNotice,
  ShipmentRequest,
  WarehouseShipment,
} from '../warehouse/shapes.ts'
import { expect } from './expect.ts'
import { expectSoundPage } from './soundness.ts'
import type { ConformanceWorld } from './world.ts'

/** What the stories of warehouses are told with. */

/** Somebody whose data must turn up nowhere but where it is sent: each word is found by `personalWords`. */
export const somebody: Recipient = {
  name: 'Qwendolyn Zyxwhite',
  company: 'Vexqort Partners',
  addressLines: ['77 Jabberwock Lane', 'Flat Yqx'],
  city: 'Springfield',
  region: 'IL',
  postalCode: '62704',
  country: 'US',
  phone: '+12175550177',
  email: 'zyx.white@example.com',
}

export const personalWords = /Qwendolyn|Zyxwhite|Vexqort|Jabberwock|Yqx|2175550177|zyx\.white/i

export function floorOf({ simulator }: ConformanceWorld): WarehouseFloor {
  if (simulator.floor === undefined) throw new Error('a warehouse is declared: give its simulator a `floor`')
  return simulator.floor
}

export function warehouseOf({ operations }: Pick<ConformanceWorld, 'operations'>): WarehouseOperations {
  if (operations.warehouse === undefined) throw new Error('a warehouse is declared, yet there is none')
  return operations.warehouse
}

/** The requests that the warehouse has under this id, its own copies of one included. */
export function requestsOf(world: ConformanceWorld, shipmentId: string): FloorRequest[] {
  const wanted = world.warehouse.referenceOf?.(shipmentId) ?? shipmentId
  return floorOf(world)
    .requests.all()
    .filter(({ reference }) => reference === wanted)
}

/** Something that it stores: of a channel, what the platform keeps. */
export async function addKept(world: ConformanceWorld, quantity: number): Promise<ControlLevel[]> {
  return await world.addProducts(1, quantity, world.warehouse.isChannel ? { keptByPlatform: true } : {})
}

/** A request for things that are there: as many SKUs as quantities, each with ten times as many units on the shelf. */
export async function shipmentRequest(
  world: ConformanceWorld,
  { quantities = [2], ...more }: Partial<ShipmentRequest> & { quantities?: readonly number[] } = {},
): Promise<ShipmentRequest> {
  const levels = []
  for (const quantity of quantities) levels.push(...(await addKept(world, quantity * 10)))
  const [first] = levels
  if (first === undefined) throw new Error('no level came')
  return {
    shipmentId: randomUUID(),
    number: `#${1_000 + floorOf(world).requests.all().length}`,
    placedAt: new Date(Date.UTC(2026, 5, 1, 12)),
    locationId: first.locationId,
    recipient: somebody,
    lines: levels.map(({ sku, stockUnitId }, at) => ({
      lineId: randomUUID(),
      sku,
      stockUnitId,
      quantity: quantities[at] ?? 1,
      title: `Title of ${sku}`,
      lot: undefined,
      unitValue: undefined,
    })),
    method: world.warehouse.method,
    currency: 'USD',
    shipBy: undefined,
    note: undefined,
    ...more,
  }
}

/** Asks for one, and hands over the warehouse's own record of it too. */
export async function askedFor(
  world: ConformanceWorld,
  given: Partial<ShipmentRequest> & { quantities?: readonly number[] } = {},
): Promise<{ request: ShipmentRequest; externalId: string; floorId: number }> {
  const request = await shipmentRequest(world, given)
  const { externalId } = await warehouseOf(world).requestShipment(request)
  const [made] = requestsOf(world, request.shipmentId)
  if (made === undefined) throw new Error('the request came to nothing')
  return { request, externalId, floorId: made.id }
}

/** People on the floor do this; a refusal is a defect of the story. */
export function stepOn(world: ConformanceWorld, floorId: number, ...steps: FloorStep[]): void {
  for (const step of steps)
    expect(floorOf(world).requests.step(floorId, step), step.step).toEqual({ kind: 'done' })
}

/** As the warehouse shows it now; it must. */
export async function shownAs(world: ConformanceWorld, shipmentId: string): Promise<WarehouseShipment> {
  // Whoever asked knows the lines: a warehouse may name them by their numbers alone.
  const asked = requestsOf(world, shipmentId)[0]?.lines.map(({ id, sku }) => ({ lineId: String(id), sku }))
  const found = await warehouseOf(world).findShipment(shipmentId, { ...(asked !== undefined && { asked }) })
  if (found === undefined) throw new Error('the warehouse finds no such shipment')
  expectSoundShipment(found)
  return found
}

type Read<T> = (query: StreamQuery) => Promise<Page<T>>

/** A stream to its end. */
export async function readAll<T>(
  read: Read<T>,
  since: Date,
  betweenPages: () => Promise<void> | void = () => undefined,
): Promise<{ rows: T[]; unreadable: NonNullable<Page<T>['unreadable']>; pages: number }> {
  const rows: T[] = []
  const unreadable: NonNullable<Page<T>['unreadable']> = []
  let cursor: string | undefined
  for (let pages = 1; ; pages += 1) {
    const page = await read({ since, cursor })
    expectSoundPage(page, cursor)
    rows.push(...page.rows)
    unreadable.push(...(page.unreadable ?? []))
    expect(pages, 'paging ends').toBeLessThan(500)
    if (page.next === undefined) return { rows, unreadable, pages }
    cursor = page.next
    await betweenPages()
  }
}

/** A list that it may not have: undefined then. One that it is said to have must be there. */
export function streamOf<Name extends 'shipments' | 'receipts' | 'returns'>(
  world: ConformanceWorld,
  name: Name,
): NonNullable<WarehouseOperations[Name]> | undefined {
  const warehouse = warehouseOf(world)
  const read = warehouse[name]
  if (read === undefined) {
    expect(
      world.warehouse.terms?.follows ?? [],
      `${name} are followed, yet there is no such list`,
    ).not.toContain(name)
    return undefined
  }
  // Bound, for connectors that are classes.
  return read.bind(warehouse) as NonNullable<WarehouseOperations[Name]>
}

export async function allCounts({
  operations,
}: Pick<ConformanceWorld, 'operations'>): Promise<ExternalCount[]> {
  if (operations.counts === undefined) throw new Error('a warehouse counts, yet counts() is missing')
  const rows: ExternalCount[] = []
  for (let cursor: string | undefined; ; ) {
    const page = await operations.counts(cursor)
    expectSoundPage(page, cursor)
    rows.push(...page.rows)
    if (page.next === undefined) return rows
    cursor = page.next
  }
}

export async function countOf(
  world: ConformanceWorld,
  key: { stockUnitId: string; locationId: string },
): Promise<ExternalCount | undefined> {
  const rows = await allCounts(world)
  return rows.find((row) => row.stockUnitId === key.stockUnitId && row.locationId === key.locationId)
}

/** An announcement of goods that it knows. */
export async function inboundNotice(
  world: ConformanceWorld,
  { quantities = [10], ...more }: Partial<InboundNotice> & { quantities?: readonly number[] } = {},
): Promise<InboundNotice> {
  const levels = []
  for (const _ of quantities) levels.push(...(await addKept(world, 5)))
  return {
    inboundId: randomUUID(),
    number: 'PO-77',
    locationId: levels[0]?.locationId ?? '',
    expectedAt: new Date(Date.UTC(2030, 0, 15)),
    carrier: undefined,
    trackingNumber: undefined,
    lines: levels.map(({ sku, stockUnitId }, at) => ({
      lineId: randomUUID(),
      sku,
      stockUnitId,
      quantity: quantities[at] ?? 1,
      lot: undefined,
      expiresOn: undefined,
    })),
    ...more,
  }
}

/** Word of a return of goods that it knows. */
export async function returnNotice(
  world: ConformanceWorld,
  { quantities = [1], ...more }: Partial<ReturnNotice> & { quantities?: readonly number[] } = {},
): Promise<ReturnNotice> {
  const kept: ControlLevel[] = []
  if (more.lines === undefined) for (const _ of quantities) kept.push(...(await addKept(world, 5)))
  const returnId = randomUUID()
  return {
    returnId,
    number: `RMA-${returnId.slice(0, 8)}`,
    locationId: kept[0]?.locationId ?? '',
    shipment: undefined,
    lines: kept.map(({ sku, stockUnitId }, at) => ({
      lineId: String(at + 1),
      sku,
      stockUnitId,
      quantity: quantities[at] ?? 1,
      serials: [],
    })),
    ...more,
  }
}

/** What the warehouse expects by this notice, and what it was told to forget. */
export function returnsOf(
  world: ConformanceWorld,
  { returnId, number }: Pick<ReturnNotice, 'returnId' | 'number'>,
): FloorReturn[] {
  return floorOf(world)
    .intake.returns()
    .filter(({ reference }) => reference === returnId || reference === number)
}

/** What every shipment promises, whatever the warehouse answered. */
export function expectSoundShipment(shipment: WarehouseShipment): void {
  const { externalId, state, parcels, version } = shipment
  expect(externalId !== '', 'a shipment has an id').toBe(true)
  expect(['received', 'working', 'held', 'rejected', 'shipped', 'cancelled']).toContain(state)
  if (version !== undefined) expect(Number.isSafeInteger(version), 'its version is a whole number').toBe(true)
  if (state === 'rejected' || state === 'cancelled')
    expect(parcels, `nothing of it left: ${state}`).toHaveLength(0)
  const ids = parcels.map((parcel) => parcel.externalId)
  expect(new Set(ids).size, 'no two parcels share an id').toBe(ids.length)
  for (const { shippedAt, lines } of parcels) {
    expect(Number.isNaN(shippedAt.getTime()), 'a parcel left at a moment').toBe(false)
    for (const { sku, quantity, serials } of lines) {
      expect(sku !== '', 'what left has a SKU').toBe(true)
      expect(Number.isSafeInteger(quantity) && quantity > 0, `${quantity} is a number of units`).toBe(true)
      expect(serials.length).toBeLessThanOrEqual(quantity)
    }
  }
}

/** Units by SKU over all parcels. */
export function unitsSent({ parcels }: WarehouseShipment): Record<string, number> {
  const units: Record<string, number> = {}
  for (const { sku, quantity } of parcels.flatMap(({ lines }) => lines))
    units[sku] = (units[sku] ?? 0) + quantity
  return units
}
