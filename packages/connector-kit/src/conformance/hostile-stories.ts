import { inspect } from 'node:util'
import type { Faults } from '../simulator/faults.ts'
import { type ConnectedWarehouse, patWords, shipmentOf } from './connected-warehouse.ts'
import { expect } from './expect.ts'
import { expectClosedError, expectSoundListing, expectSoundLocation, expectSoundPage } from './soundness.ts'
import { spoiltText, spoiltValue } from './spoilt-json.ts'
import { expectSoundShipment } from './warehouse-world.ts'

/**
 * A warehouse's operations against one of whose answers is broken. Each answers sound canonical values, or fails with one
 * of the closed classes. For property tests: what the suite's own cases break is chosen by hand.
 */
type About = { shipmentId: string; externalId: string; stockUnitId: string }
type Story = (connected: ConnectedWarehouse, about: About) => Promise<void>

const since = new Date(0)
const isUnits = (units: number) => Number.isSafeInteger(units) && units >= 0

export const hostileStories: Readonly<Record<string, Story>> = {
  async check({ operations }) {
    expect((await operations.check()).accountId).not.toBe('')
  },
  async locations({ operations }) {
    for (const location of await operations.locations()) expectSoundLocation(location)
  },
  async listings({ operations }) {
    const page = await operations.listings(undefined)
    expectSoundPage(page, undefined)
    for (const row of page.rows) expectSoundListing(row)
  },
  async listing({ operations }, { stockUnitId }) {
    expectSoundListing(await operations.listing(stockUnitId))
  },
  async counts({ operations }) {
    const page = await operations.counts?.(undefined)
    for (const { available, held, incoming, onHand = 0, lots = [] } of page?.rows ?? []) {
      expect([available, held, incoming, onHand].every(isUnits)).toBe(true)
      if (lots.length > 0) expect(lots.reduce((sum, lot) => sum + lot.onHand, 0)).toBe(onHand)
    }
  },
  async findShipment({ warehouse }, { shipmentId }) {
    const found = await warehouse.findShipment(shipmentId)
    if (found === undefined) return
    expectSoundShipment(found)
    expect(found.shipmentId).toBe(shipmentId)
  },
  async shipments({ warehouse }) {
    for (const row of await allRows(warehouse.shipments)) expectSoundShipment(row)
  },
  async requestShipment({ warehouse, floor }) {
    const { externalId } = await warehouse.requestShipment(shipmentOf(floor, ['S-1']))
    expect(externalId).not.toBe('')
  },
  async cancelShipment({ warehouse }, about) {
    if (warehouse.cancelShipment === undefined) return
    expect(['cancelled', 'too-late', 'asked']).toContain(await warehouse.cancelShipment(about))
  },
  async receipts({ warehouse }) {
    for (const { lines, locationId } of await allRows(warehouse.receipts)) {
      expect(lines.every(({ quantity, sku }) => isUnits(quantity) && sku !== '')).toBe(true)
      expect(locationId).not.toBe('')
    }
  },
  async returns({ warehouse }) {
    for (const { lines, locationId } of await allRows(warehouse.returns)) {
      expect(lines.every(({ quantity, sku }) => isUnits(quantity) && sku !== '')).toBe(true)
      expect(locationId).not.toBe('')
    }
  },
}

/** Pages of a list, a few: a spoilt answer may say that it never ends. */
async function allRows<Row>(
  read:
    | ((query: {
        since: Date
        cursor: string | undefined
      }) => Promise<{ rows: Row[]; next: string | undefined }>)
    | undefined,
): Promise<Row[]> {
  const rows: Row[] = []
  let cursor: string | undefined
  for (let pages = 0; read !== undefined && pages < 4; pages += 1) {
    const page = await read({ since, cursor })
    rows.push(...page.rows)
    cursor = page.next
    if (cursor === undefined) break
  }
  return rows
}

/** Something of everything, so that each list has a row: a shipment that left in part or whole, a delivery, a return. */
export async function somethingOfEverything({ floor, warehouse }: ConnectedWarehouse): Promise<About> {
  const request = shipmentOf(floor, ['S-1', 'S-2'])
  const { externalId } = await warehouse.requestShipment(request)
  const made = floor.requests.byReference(request.shipmentId)
  if (made === undefined) throw new Error('the request came to nothing')
  floor.requests.step(made.id, { step: 'short-pick', sku: 'S-2', quantity: 1 })
  floor.requests.step(made.id, { step: 'ship', parcels: 2 })
  const facilityId = request.locationId
  const waiting = shipmentOf(floor, ['S-3'])
  await warehouse.requestShipment(waiting)
  const inbound = floor.intake.announce({
    reference: undefined,
    number: 'PO',
    facilityId,
    lines: [{ sku: 'S-1', quantity: 4 }],
  })
  if (inbound.kind === 'announced') floor.intake.receive(inbound.inbound.id, [{ sku: 'S-1', quantity: 2 }])
  floor.intake.returnUnits({
    reference: 'R',
    requestId: made.id,
    facilityId,
    lines: [
      { sku: 'S-1', quantity: 1, condition: 'sellable' },
      { sku: 'S-2', quantity: 1 },
    ],
  })
  const [line] = request.lines
  return { shipmentId: request.shipmentId, externalId, stockUnitId: line?.stockUnitId ?? '' }
}

/** Tells one story to a platform that breaks most of its answers; no failure says who the recipient is. */
export async function tellHostile(
  story: Story,
  {
    connected,
    about,
    faults,
    random,
    isText,
  }: {
    connected: ConnectedWarehouse
    about: About
    faults: Pick<Faults, 'rewriteAnswers'>
    /** 0 ≤ n < 1 */
    random: () => number
    /** True: the text breaks; else a value in it. */
    isText: boolean
  },
): Promise<void> {
  faults.rewriteAnswers((body) => {
    if (body === '' || random() < 0.3) return body
    return isText ? spoiltText(body, random) : spoiltValue(body, random)
  })
  try {
    await story(connected, about)
  } catch (error) {
    expectClosedError(error)
    expect(inspect(error, { depth: 8 })).not.toMatch(patWords)
  } finally {
    faults.rewriteAnswers(undefined)
  }
}
