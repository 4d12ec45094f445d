import fc from 'fast-check'
import { expect, test } from 'vitest'
import { manualClock } from '../clock.ts'
import { fromEnvironment } from '../property-runs.ts'
import type { Recipient } from '../warehouse/shapes.ts'
import { seededRandom } from './seeded-random.ts'
import { judgeParcels } from './warehouse-books.ts'
import { createWarehouseFloor, type WarehouseFloor } from './warehouse-floor.ts'
import { usualPace } from './warehouse-pace.ts'
import { isOpen, openUnits } from './warehouse-records.ts'
import type { FloorStep } from './warehouse-requests.ts'

const recipient: Recipient = {
  name: 'A. Person',
  company: undefined,
  addressLines: ['1 Street'],
  city: 'Town',
  region: undefined,
  postalCode: '12345',
  country: 'US',
  phone: undefined,
  email: undefined,
}

function open({ seed = 1 } = {}) {
  const clock = manualClock()
  const floor = createWarehouseFloor({
    clock,
    random: seededRandom(seed),
    facilities: [
      { id: 'east', name: 'East' },
      { id: 'west', name: 'West' },
    ],
  })
  for (const sku of ['SOCK', 'HAT', 'CAM']) floor.addItem({ sku, title: sku, hasSerials: sku === 'CAM' })
  floor.adjust({ facilityId: 'east', sku: 'SOCK', sellable: 10, reason: 'seeded' })
  floor.adjust({
    facilityId: 'east',
    sku: 'HAT',
    lot: 'B',
    expiresOn: '2027-06-01',
    sellable: 3,
    reason: 'seeded',
  })
  floor.adjust({
    facilityId: 'east',
    sku: 'HAT',
    lot: 'A',
    expiresOn: '2027-01-01',
    sellable: 2,
    reason: 'seeded',
  })
  floor.adjust({ facilityId: 'east', sku: 'CAM', sellable: 2, reason: 'seeded' })
  return { clock, floor }
}

function ask(
  floor: WarehouseFloor,
  lines: { sku: string; quantity: number; lot?: string }[],
  reference = 'r-1',
  more = {},
) {
  const taken = floor.requests.ask({ reference, number: '#1', facilityId: 'east', recipient, lines, ...more })
  if (taken.kind !== 'received') throw new Error(taken.kind)
  return taken.request
}

const done = { kind: 'done' }

test('a request ships whole: what expires first leaves first, each unit with its serial, and the books have it', () => {
  const { floor } = open()
  const request = ask(floor, [
    { sku: 'HAT', quantity: 4 },
    { sku: 'CAM', quantity: 1 },
  ])
  expect(floor.counts({ sku: 'HAT' })).toMatchObject([{ onHand: 5, committed: 4 }])
  expect(floor.requests.step(request.id, { step: 'accept' })).toEqual(done)
  expect(floor.requests.step(request.id, { step: 'ship' })).toEqual(done)
  expect(request.state).toBe('shipped')
  expect(request.parcels).toMatchObject([
    {
      lines: [
        { sku: 'HAT', quantity: 2, lot: 'A' },
        { sku: 'HAT', quantity: 2, lot: 'B' },
        { sku: 'CAM', quantity: 1, serials: ['CAM-S000001'] },
      ],
    },
  ])
  expect(floor.counts({ sku: 'HAT' })).toMatchObject([{ onHand: 1, committed: 0 }])
  expect(floor.verdict()).toMatchObject({ ordersShipped: 1, shippedTwice: 0, countsAgree: true })
})

test('asked again under one reference it is the same; where the warehouse does not look, the verdict says so', () => {
  const { floor } = open()
  const request = ask(floor, [{ sku: 'SOCK', quantity: 2 }])
  const again = {
    reference: 'r-1',
    number: '#1',
    facilityId: 'east',
    recipient,
    lines: [{ sku: 'SOCK', quantity: 2 }],
  }
  expect(floor.requests.ask(again)).toEqual({ kind: 'duplicate', request })
  const twin = floor.requests.ask({ ...again, takesDuplicates: true })
  if (twin.kind !== 'received') throw new Error(twin.kind)
  for (const { id } of [request, twin.request]) floor.requests.step(id, { step: 'ship' })
  expect(floor.verdict()).toMatchObject({
    ordersShipped: 1,
    shippedTwice: 2,
    twice: [{ sku: 'SOCK', shipped: 4 }],
  })
})

test('unknown SKUs and facilities are told apart', () => {
  const { floor } = open()
  const asked = {
    reference: 'r',
    number: '#1',
    facilityId: 'east',
    recipient,
    lines: [{ sku: 'NONE', quantity: 1 }],
  }
  expect(floor.requests.ask(asked)).toEqual({ kind: 'unknown-sku', sku: 'NONE' })
  expect(floor.requests.ask({ ...asked, facilityId: 'moon' })).toEqual({ kind: 'unknown-facility' })
})

test.each<[string, FloorStep[], string, number]>([
  ['held and released', [{ step: 'hold' }, { step: 'release' }], 'received', 0],
  ['rejected', [{ step: 'accept' }, { step: 'reject' }], 'rejected', 0],
  ['cancelled', [{ step: 'accept' }, { step: 'cancel' }], 'cancelled', 0],
  [
    'half sent, the rest cancelled',
    [{ step: 'ship-part', lines: [{ sku: 'SOCK', quantity: 1 }] }, { step: 'cancel' }],
    'shipped',
    1,
  ],
  [
    'half sent, the rest not found',
    [
      { step: 'ship-part', lines: [{ sku: 'SOCK', quantity: 2 }] },
      { step: 'short-pick', sku: 'SOCK', quantity: 1, lost: true },
    ],
    'shipped',
    2,
  ],
  ['nothing found', [{ step: 'short-pick', sku: 'SOCK', quantity: 3 }], 'rejected', 0],
  ['in three parcels', [{ step: 'ship', parcels: 3 }], 'shipped', 3],
  ['a part is still a part', [{ step: 'ship-part', lines: [{ sku: 'SOCK', quantity: 1 }] }], 'working', 1],
])('%s', (_, steps, state, shipped) => {
  const { floor } = open()
  const request = ask(floor, [{ sku: 'SOCK', quantity: 3 }])
  for (const step of steps) expect(floor.requests.step(request.id, step)).toEqual(done)
  expect(request.state).toBe(state)
  expect(request.lines[0]?.shipped).toBe(shipped)
  expect(floor.verdict().countsAgree).toBe(true)
})

test('too little on the shelf: held, until stock comes', () => {
  const { floor } = open()
  const request = ask(floor, [{ sku: 'SOCK', quantity: 11 }])
  expect(floor.requests.step(request.id, { step: 'ship' })).toMatchObject({ kind: 'refused' })
  floor.requests.step(request.id, { step: 'accept' })
  expect(request).toMatchObject({ state: 'held', problem: { code: 'out-of-stock' } })
  floor.adjust({ facilityId: 'east', sku: 'SOCK', sellable: 1, reason: 'found' })
  floor.requests.step(request.id, { step: 'release' })
  expect(floor.requests.step(request.id, { step: 'ship' })).toEqual(done)
})

test('cancelling: before work, while working, after picking, after a refusal, after shipping, again', () => {
  const { floor } = open()
  const step = (id: number, given: FloorStep) => expect(floor.requests.step(id, given)).toEqual(done)
  const [one, two, three, four] = ['a', 'b', 'c', 'd'].map(
    (reference) => ask(floor, [{ sku: 'SOCK', quantity: 1 }], reference).id,
  )
  if (one === undefined || two === undefined || three === undefined || four === undefined)
    throw new Error('four')
  step(two, { step: 'accept' })
  step(three, { step: 'refuse-cancel' })
  step(four, { step: 'ship' })
  expect(floor.requests.cancel(one, 'until-working')).toBe('cancelled')
  expect(floor.requests.cancel(one, 'until-working')).toBe('cancelled')
  expect(floor.requests.cancel(two, 'until-working')).toBe('too-late')
  expect(floor.requests.cancel(two, 'until-shipped')).toBe('cancelled')
  expect(floor.requests.cancel(three, 'until-shipped')).toBe('too-late')
  expect(floor.requests.cancel(four, 'until-shipped')).toBe('too-late')
  expect(floor.requests.cancel(9_999, 'until-shipped')).toBe('not-found')
})

test('a delivery comes in parts, some of it damaged; a return waits and is inspected', () => {
  const { floor } = open()
  const announced = floor.intake.announce({
    reference: 'i-1',
    number: 'PO-1',
    facilityId: 'west',
    lines: [{ sku: 'SOCK', quantity: 5 }],
  })
  if (announced.kind !== 'announced') throw new Error(announced.kind)
  const { inbound } = announced
  expect(floor.intake.announce({ ...inbound, reference: 'i-1' })).toMatchObject({ kind: 'duplicate' })
  expect(floor.counts({ facilityId: 'west' })).toMatchObject([{ incoming: 5, onHand: 0 }])
  floor.intake.receive(inbound.id, [{ sku: 'SOCK', quantity: 3 }])
  floor.intake.receive(inbound.id, [{ sku: 'SOCK', quantity: 1, condition: 'damaged' }])
  expect(floor.counts({ facilityId: 'west' })).toMatchObject([{ incoming: 1, onHand: 4, damaged: 1 }])
  expect(floor.intake.close(inbound.id)).toBe(true)
  expect(floor.intake.receive(inbound.id, [{ sku: 'SOCK', quantity: 1 }])).toBe(false)
  expect(floor.counts({ facilityId: 'west' })).toMatchObject([{ incoming: 0 }])

  const back = floor.intake.returnUnits({
    reference: 'RMA-1',
    facilityId: 'west',
    lines: [{ sku: 'SOCK', quantity: 2 }],
  })
  expect(back.isComplete).toBe(false)
  expect(floor.counts({ facilityId: 'west' })).toMatchObject([{ onHand: 4 }])
  expect(floor.intake.inspect(back.id, 1, 'sellable')).toBe(true)
  expect(floor.intake.inspect(back.id, 1, 'damaged')).toBe(false)
  expect(back.isComplete).toBe(true)
  expect(floor.counts({ facilityId: 'west' })).toMatchObject([{ onHand: 6, sellable: 5 }])
  expect(floor.verdict()).toMatchObject({ countsAgree: true })
  expect(floor.verdict([{ sku: 'SOCK', onHand: 15 }])).toMatchObject({ countsAgree: false })
  expect(floor.verdict([{ sku: 'SOCK', onHand: 16 }])).toMatchObject({ countsAgree: true })
})

test.each([
  [
    'two warehouses send one order',
    [
      ['#1', { A: 2 }],
      ['#1', { A: 2 }],
    ],
    [['#1', 'A', 4]],
    2,
  ],
  [
    're-routed and sent once',
    [
      ['#1', { A: 2 }],
      ['#1', { A: 2 }],
    ],
    [['#1', 'A', 2]],
    0,
  ],
  [
    'two shipments of one order',
    [
      ['#1', { A: 2 }],
      ['#1-2', { A: 2 }],
    ],
    [
      ['#1', 'A', 2],
      ['#1-2', 'A', 2],
    ],
    0,
  ],
  ['another thing than asked', [['#1', { A: 1 }]], [['#1', 'B', 1]], 1],
  ['never asked at all', [], [['#9', 'A', 3]], 3],
] as const)('the judge: %s', (_, requests, parcels, twice) => {
  const verdict = judgeParcels({
    requests: requests.map(([number, lines]) => ({
      number,
      lines: Object.entries(lines).map(([sku, quantity]) => ({ sku, quantity })),
    })),
    parcels: parcels.map(([number, sku, units]) => ({ number, sku, units })),
  })
  expect(verdict.shippedTwice).toBe(twice)
})

test('by itself it sends everything, the same for the same seed', async () => {
  const days = async (seed: number) => {
    const { clock, floor } = open({ seed })
    floor.workAt({ ...usualPace, splitShare: 0.5, shortShare: 0.3, holdShare: 0.3 })
    floor.intake.announce({
      reference: 'i',
      number: 'PO',
      facilityId: 'east',
      lines: [{ sku: 'SOCK', quantity: 40 }],
    })
    for (let at = 0; at < 12; at += 1) {
      ask(floor, [{ sku: 'SOCK', quantity: 2 }], `r-${at}`, { number: `#${at}` })
      await clock.advance(300)
    }
    await clock.advance(120_000)
    floor.close()
    return floor
  }
  const floor = await days(7)
  expect(floor.requests.all().filter(isOpen)).toEqual([])
  expect(floor.verdict()).toMatchObject({ shippedTwice: 0, countsAgree: true })
  expect(floor.intake.inbounds()).toMatchObject([{ state: 'closed' }])
  const plain = (one: WarehouseFloor) => one.books.parcels.after(0).map(({ atNs, ...row }) => row)
  expect(plain(await days(7))).toEqual(plain(floor))
})

test('whatever people do, units are never negative, never sent beyond the request, and the books add up', () => {
  const sku = fc.constantFrom('SOCK', 'HAT', 'CAM')
  const units = fc.integer({ min: 1, max: 4 })
  const lot = fc.constantFrom('A', 'B')
  const line = fc.oneof(
    fc.record({ sku, quantity: units }),
    fc.record({ sku: fc.constant('HAT'), quantity: units, lot }),
  )
  const step = fc.oneof(
    fc.constantFrom<FloorStep>(
      { step: 'accept' },
      { step: 'hold' },
      { step: 'release' },
      { step: 'reject' },
      { step: 'pick' },
      { step: 'cancel' },
      { step: 'refuse-cancel' },
    ),
    fc.record({ step: fc.constant('ship' as const), parcels: units }),
    fc.record({
      step: fc.constant('ship-part' as const),
      lines: fc.array(fc.record({ sku, quantity: units }), { minLength: 1, maxLength: 2 }),
    }),
    fc.record({ step: fc.constant('short-pick' as const), sku, quantity: units, lost: fc.boolean() }),
  )
  const act = fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('ask' as const),
        lines: fc.array(line, { minLength: 1, maxLength: 3 }),
      }),
    },
    { weight: 8, arbitrary: fc.record({ kind: fc.constant('step' as const), which: fc.nat(5), step }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('cancel' as const), which: fc.nat(5) }) },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('adjust' as const),
        sku,
        sellable: fc.integer({ min: -6, max: 6 }),
        damaged: fc.integer({ min: -2, max: 2 }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('return' as const),
        sku,
        quantity: units,
        condition: fc.constantFrom(
          'sellable' as const,
          'damaged' as const,
          'disposed' as const,
          'waiting' as const,
        ),
      }),
    },
  )
  fc.assert(
    fc.property(fc.array(act, { maxLength: 40 }), (acts) => {
      const { floor } = open()
      let number = 0
      for (const one of acts) {
        switch (one.kind) {
          case 'ask':
            number += 1
            ask(floor, one.lines, `r-${number}`, { number: `#${number}` })
            break
          case 'step':
            floor.requests.step(1_001 + one.which, one.step)
            break
          case 'cancel':
            floor.requests.cancel(1_001 + one.which, 'until-shipped')
            break
          case 'adjust':
            floor.adjust({
              facilityId: 'east',
              sku: one.sku,
              sellable: one.sellable,
              damaged: one.damaged,
              reason: 'any',
            })
            break
          case 'return':
            floor.intake.returnUnits({ reference: 'RMA', facilityId: 'east', lines: [one] })
            break
        }
      }
      for (const row of floor.shelf()) expect(Math.min(row.sellable, row.damaged)).toBeGreaterThanOrEqual(0)
      for (const row of floor.shelf({ sku: 'CAM' })) expect(row.serials).toHaveLength(row.sellable)
      for (const request of floor.requests.all()) {
        for (const line of request.lines) {
          expect(openUnits(line)).toBeGreaterThanOrEqual(0)
          if (!isOpen(request)) expect(openUnits(line)).toBe(0)
        }
        const isSent = request.parcels.length > 0
        if (request.state === 'rejected' || request.state === 'cancelled') expect(isSent).toBe(false)
        if (request.state === 'shipped') expect(isSent).toBe(true)
      }
      expect(floor.verdict()).toMatchObject({ shippedTwice: 0, countsAgree: true })
    }),
    fromEnvironment(),
  )
})
