import { randomUUID } from 'node:crypto'
import type { FloorStep } from '../simulator/warehouse-requests.ts'
import type { WarehouseTerms } from '../warehouse/operations.ts'
import type { WarehouseShipment, WarehouseShipmentState } from '../warehouse/shapes.ts'
import { type ConformanceCase, refusalOf } from './conformance-case.ts'
import { expect } from './expect.ts'
import {
  askedFor,
  expectSoundShipment,
  floorOf,
  readAll,
  shipmentRequest,
  shownAs,
  somebody,
  stepOn,
  streamOf,
  unitsSent,
  warehouseOf,
} from './warehouse-world.ts'
import type { ConformanceWorld } from './world.ts'

/** What becomes of a request, as the warehouse shows it, and cancelling it. */
export function warehouseShipmentCases(terms: WarehouseTerms): ConformanceCase[] {
  return [
    ...stateCases,
    ...streamCases,
    ...(terms.lots ? [lotsCase] : []),
    ...(terms.serials ? [serialsCase] : []),
    ...cancelCases(terms.cancel),
  ]
}

/** What people do, the state that it must be shown in, and how many of its units have left. Each request has 4 of one SKU. */
const stories: readonly [string, (sku: string) => FloorStep[], WarehouseShipmentState, number, number][] = [
  ['being worked on', () => [{ step: 'accept' }], 'working', 0, 0],
  [
    'held for an address',
    () => [{ step: 'hold', code: 'address', message: 'The address is not known.' }],
    'held',
    0,
    0,
  ],
  ['held and let go', () => [{ step: 'hold' }, { step: 'release' }], 'received', 0, 0],
  ['cancelled by its people', () => [{ step: 'accept' }, { step: 'cancel' }], 'cancelled', 0, 0],
  ['shipped', () => [{ step: 'accept' }, { step: 'pick' }, { step: 'ship' }], 'shipped', 4, 1],
  ['shipped in three parcels', () => [{ step: 'ship', parcels: 3 }], 'shipped', 4, 3],
  ['a part has left', (sku) => [{ step: 'ship-part', lines: [{ sku, quantity: 3 }] }], 'working', 3, 1],
  [
    'a part has left, and then the rest',
    (sku) => [{ step: 'ship-part', lines: [{ sku, quantity: 3 }] }, { step: 'ship' }],
    'shipped',
    4,
    2,
  ],
  [
    'picked short: some units never leave',
    (sku) => [{ step: 'short-pick', sku, quantity: 1, lost: true }, { step: 'ship' }],
    'shipped',
    3,
    1,
  ],
]

const stateCases: ConformanceCase[] = [
  ...stories.map(
    ([what, steps, state, units, parcels]): ConformanceCase => ({
      title: `shipment: ${what}: ${state}`,
      async story(world) {
        const { request, externalId, floorId } = await askedFor(world, { quantities: [4] })
        const sku = request.lines[0]?.sku ?? ''
        stepOn(world, floorId, ...steps(sku))
        const found = await shownAs(world, request.shipmentId)
        expect(found).toMatchObject({ externalId, shipmentId: request.shipmentId, state })
        expect(found.parcels).toHaveLength(parcels)
        expect(unitsSent(found)).toEqual(units === 0 ? {} : { [sku]: units })
        if (state === 'held') expect(found.problem?.code).toBeTruthy()
        expectTracked(world, floorId, found)
        const read = streamOf(world, 'shipments')
        if (read === undefined) return
        const { rows } = await readAll(read, new Date(0))
        expect(rows.findLast((row) => row.externalId === externalId)).toEqual(found)
      },
    }),
  ),
  {
    title: 'shipment: rejected by its people: it has ended, and says why where the warehouse does',
    async story(world) {
      const { request, floorId } = await askedFor(world)
      stepOn(
        world,
        floorId,
        { step: 'accept' },
        { step: 'reject', code: 'hazmat', message: 'Not allowed here.' },
      )
      const found = await shownAs(world, request.shipmentId)
      expect(['rejected', 'cancelled']).toContain(found.state)
      if (found.state === 'rejected') expect(found.problem?.message).toBeTruthy()
    },
  },
  {
    title: 'shipment: a parcel that was told stays the same when the next one leaves',
    async story(world) {
      const { request, floorId } = await askedFor(world, { quantities: [4] })
      const sku = request.lines[0]?.sku ?? ''
      stepOn(world, floorId, { step: 'ship-part', lines: [{ sku, quantity: 1 }] })
      const before = await shownAs(world, request.shipmentId)
      stepOn(world, floorId, { step: 'ship-part', lines: [{ sku, quantity: 2 }] })
      const after = await shownAs(world, request.shipmentId)
      expect(after.parcels.find(({ externalId }) => externalId === before.parcels[0]?.externalId)).toEqual(
        before.parcels[0],
      )
      if (before.version !== undefined && after.version !== undefined)
        expect(after.version).toBeGreaterThan(before.version)
    },
  },
  {
    title: 'shipment: a state that was never documented is an unreadable row, not a guess',
    async story(world) {
      const { request, floorId } = await askedFor(world)
      stepOn(world, floorId, { step: 'accept' })
      world.simulator.faults.rewriteAnswers((body) => world.withUnknownOrderStatus(body))
      await refusalOf(warehouseOf(world).findShipment(request.shipmentId), 'malformed')
      const read = streamOf(world, 'shipments')
      if (read === undefined) return
      const { rows, unreadable } = await readAll(read, new Date(0))
      expect(rows).toEqual([])
      expect(unreadable).toHaveLength(1)
    },
  },
]

/** Each parcel has the carrier and number that the warehouse gave it. */
function expectTracked(world: ConformanceWorld, floorId: number, found: WarehouseShipment): void {
  const made = floorOf(world).requests.get(floorId)
  const wanted = made?.parcels.map(({ trackingNumber }) => trackingNumber)
  expect(found.parcels.map(({ trackingNumber }) => trackingNumber).sort()).toEqual(wanted?.sort())
  for (const { carrier, shippedAt } of found.parcels) {
    expect(carrier).toBeTruthy()
    const times = made?.parcels.map(({ shippedAtMs }) => Math.floor(shippedAtMs / 1_000)) ?? []
    expect(times, 'shippedAt, by the warehouse’s clock').toContain(Math.floor(shippedAt.getTime() / 1_000))
  }
}

const streamCases: ConformanceCase[] = [
  {
    title: 'shipments: where they are followed, the stream tells what the list does',
    async story(world) {
      const { request, externalId } = await askedFor(world)
      const { follows = [] } = world.warehouse.terms ?? {}
      for (const name of follows) expect(streamOf(world, name), name).toBeDefined()
      if (!follows.includes('shipments')) return
      const { stream } = world.operations
      if (stream === undefined) throw new Error('lists are followed, yet stream() is missing')
      const { rows } = await stream('shipments', { since: new Date(0), cursor: undefined })
      const shipment = await shownAs(world, request.shipmentId)
      expect(rows).toEqual([{ kind: 'shipment', externalId, version: shipment.version, shipment }])
    },
  },
  {
    title: 'shipments: paging misses none while they change, and what changed comes again',
    async story(world) {
      const read = streamOf(world, 'shipments')
      if (read === undefined) return
      const { request } = await askedFor(world)
      const ids = manyOnTheFloor(world, 620, request.locationId, request.lines[0]?.sku ?? '')
      const { requests } = floorOf(world)
      let turn = 0
      const { rows, pages } = await readAll(read, new Date(0), () => {
        // Some that were read already and some that were not: neither may push another over the edge of a page.
        turn += 1
        if (turn > 3) return
        for (const at of [turn, 200 + turn, 600 + turn]) requests.step(ids[at] ?? 0, { step: 'hold' })
      })
      for (const row of rows) expectSoundShipment(row)
      const last = new Map(rows.map((row) => [row.shipmentId, row]))
      const missed = requests.all().filter(({ reference }) => !last.has(reference))
      expect(missed.map(({ id }) => id)).toEqual([])
      if (pages > 1) expect(pages).toBeGreaterThan(2)
      // Whatever the first reading has seen of them, the next one from then on says how they are.
      const again = await readAll(read, new Date(0))
      const now = new Map(again.rows.map((row) => [row.shipmentId, row.state]))
      for (const { reference, state } of requests.all()) expect(now.get(reference)).toBe(state)
    },
  },
  {
    title: 'shipments: credentials that end between two pages are Unauthorized, not the end of the list',
    async story(world) {
      const read = streamOf(world, 'shipments')
      if (read === undefined) return
      const { request } = await askedFor(world)
      manyOnTheFloor(world, 620, request.locationId, request.lines[0]?.sku ?? '')
      const { next } = await read({ since: new Date(0), cursor: undefined })
      if (next === undefined) return // it tells everything at once
      world.simulator.faults.set({ revoked: true })
      await refusalOf(read({ since: new Date(0), cursor: next }), 'unauthorized')
    },
  },
  {
    title: 'shipments: from a moment on, what changed since',
    async story(world) {
      const read = streamOf(world, 'shipments')
      if (read === undefined) return
      const old = await askedFor(world)
      const changed = await askedFor(world)
      const { requests } = floorOf(world)
      const oldAt = requests.get(old.floorId)?.changedAtMs ?? 0
      const fresh = await askedFor(world)
      stepOn(world, changed.floorId, { step: 'hold' })
      const { rows } = await readAll(read, new Date((requests.get(fresh.floorId)?.changedAtMs ?? 0) - 1_000))
      const told = rows.map(({ shipmentId }) => shipmentId)
      expect(told).toContain(changed.request.shipmentId)
      expect(told).toContain(fresh.request.shipmentId)
      const later = await readAll(read, new Date(oldAt + 3_600_000))
      expect(later.rows).toEqual([])
    },
  },
  {
    title: 'shipments: what was not made by the hub is told as not its own, or left out',
    async story(world) {
      const read = streamOf(world, 'shipments')
      if (read === undefined) return
      const { request } = await askedFor(world)
      const floor = floorOf(world)
      floor.requests.ask({
        reference: 'by-hand-1',
        number: 'by-hand-1',
        facilityId: request.locationId,
        recipient: somebody,
        lines: [{ sku: request.lines[0]?.sku ?? '', quantity: 1 }],
      })
      const { rows } = await readAll(read, new Date(0))
      for (const { shipmentId } of rows) {
        expect([undefined, request.shipmentId, 'by-hand-1']).toContain(shipmentId)
      }
    },
  },
]

/** So many requests at once, past the API: asking for them would cost the budget of minutes. */
function manyOnTheFloor(world: ConformanceWorld, count: number, facilityId: string, sku: string): number[] {
  return Array.from({ length: count }, (_, at) => {
    const taken = floorOf(world).requests.ask({
      reference: randomUUID(),
      number: `#${50_000 + at}`,
      facilityId,
      recipient: somebody,
      lines: [{ sku, quantity: 1 }],
    })
    if (taken.kind !== 'received') throw new Error(taken.kind)
    return taken.request.id
  })
}

const lotsCase: ConformanceCase = {
  title: 'shipment: the lots that left are told',
  async story(world) {
    const request = await shipmentRequest(world, { quantities: [3] })
    const sku = request.lines[0]?.sku ?? ''
    const where = { facilityId: request.locationId, sku, reason: 'found' }
    floorOf(world).adjust({ ...where, sellable: -30 })
    floorOf(world).adjust({ ...where, lot: 'L-2', expiresOn: '2030-02-01', sellable: 5 })
    floorOf(world).adjust({ ...where, lot: 'L-1', expiresOn: '2029-12-31', sellable: 2 })
    await warehouseOf(world).requestShipment(request)
    const [made] = floorOf(world).requests.all()
    stepOn(world, made?.id ?? 0, { step: 'ship' })
    const { parcels } = await shownAs(world, request.shipmentId)
    const lots = parcels.flatMap(({ lines }) => lines.map(({ lot, quantity }) => [lot, quantity]))
    expect(lots.sort()).toEqual([
      ['L-1', 2],
      ['L-2', 1],
    ])
  },
}

const serialsCase: ConformanceCase = {
  title: 'shipment: the serials that left are told',
  async story(world) {
    const request = await shipmentRequest(world, { quantities: [2] })
    const sku = request.lines[0]?.sku ?? ''
    const where = { facilityId: request.locationId, sku, reason: 'found' }
    floorOf(world).adjust({ ...where, sellable: -20 })
    floorOf(world).adjust({ ...where, sellable: 2, serials: ['SN-1', 'SN-2'] })
    await warehouseOf(world).requestShipment(request)
    const [made] = floorOf(world).requests.all()
    stepOn(world, made?.id ?? 0, { step: 'ship' })
    const { parcels } = await shownAs(world, request.shipmentId)
    expect(parcels.flatMap(({ lines }) => lines.flatMap(({ serials }) => serials)).sort()).toEqual([
      'SN-1',
      'SN-2',
    ])
  },
}

function cancelCases(until: WarehouseTerms['cancel']): ConformanceCase[] {
  if (until === false) {
    return [
      {
        title: 'cancel: not declared, so not there',
        async story(world) {
          expect(warehouseOf(world).cancelShipment).toBeUndefined()
        },
      },
    ]
  }
  const cancel = async (world: ConformanceWorld, shipment: { shipmentId: string; externalId: string }) => {
    const warehouse = warehouseOf(world)
    if (warehouse.cancelShipment === undefined) throw new Error('cancelling is declared, yet it is missing')
    return await warehouse.cancelShipment(shipment)
  }
  /** What people did before, and whether it may be cancelled then. */
  const before: [string, (sku: string) => FloorStep[], boolean][] = [
    ['before anybody works on it', () => [], true],
    ['while it is held', () => [{ step: 'hold' }], true],
    ['while it is being worked on', () => [{ step: 'accept' }, { step: 'pick' }], until === 'until-shipped'],
    ['when its people refuse', () => [{ step: 'refuse-cancel' }], false],
    ['when a part has left', (sku) => [{ step: 'ship-part', lines: [{ sku, quantity: 1 }] }], false],
    ['when it has left', () => [{ step: 'ship' }], false],
  ]
  return [
    ...before.map(
      ([when, steps, isPossible]): ConformanceCase => ({
        title: `cancel: ${when}: ${isPossible ? 'it is cancelled' : 'too late'}`,
        async story(world) {
          const { request, externalId, floorId } = await askedFor(world, { quantities: [3] })
          const sku = request.lines[0]?.sku ?? ''
          stepOn(world, floorId, ...steps(sku))
          const shipment = { shipmentId: request.shipmentId, externalId }
          const outcome = await cancel(world, shipment)
          expect(isPossible ? ['cancelled', 'asked'] : ['too-late', 'asked']).toContain(outcome)
          const made = floorOf(world).requests.get(floorId)
          if (isPossible) {
            expect(made?.state).toBe('cancelled')
            expect((await shownAs(world, request.shipmentId)).state).toBe('cancelled')
            // Again it is the same.
            expect(await cancel(world, shipment)).toBe('cancelled')
          } else {
            expect(made?.state).not.toBe('cancelled')
          }
        },
      }),
    ),
    {
      title: 'cancel: what it does not have is NotFound',
      async story(world) {
        await askedFor(world)
        const shipment = { shipmentId: randomUUID(), externalId: world.unknown.orderExternalId }
        await refusalOf(cancel(world, shipment), 'not-found')
      },
    },
    {
      title: 'I3: cancel: an answer that was lost is asked for again',
      async story(world) {
        const { request, externalId } = await askedFor(world)
        const shipment = { shipmentId: request.shipmentId, externalId }
        world.simulator.faults.set({ dropResponseRate: 1 })
        await refusalOf(cancel(world, shipment), 'unavailable')
        world.simulator.faults.set({ dropResponseRate: 0 })
        expect(await cancel(world, shipment)).toBe('cancelled')
      },
    },
  ]
}
