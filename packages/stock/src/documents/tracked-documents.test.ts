// Lots and serial numbers on transfers and inbound shipments, on a real database.
import { inTransaction } from '@plimsoll/database'
import { createTestDatabase, type TestDatabase } from '@plimsoll/database/testing'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runStockCommands } from '../commands/run-commands.ts'
import { saveCurrency, valueItems } from '../history/valuation.store.ts'
import type { ArrivalLine } from '../inbound/inbound.ts'
import { createInboundShipment, receiveInboundShipment } from '../inbound/inbound-actions.ts'
import { changeLotStatus } from '../lots/lot-changes.ts'
import { findBrokenLots, findBrokenSerials } from '../lots/verify-tracked.store.ts'
import { codeOf, documentStore, done, headOf } from '../testing/document-world.ts'
import { balancesByLot } from '../testing/lot-stories.ts'
import { lifeOf, serialsOf } from '../testing/serial-stories.ts'
import { commandOf, createStockWorld, WORLD_TIME } from '../testing/stock-world.ts'
import type { ReceiptLine } from '../transfers/transfer.ts'
import {
  closeTransfer,
  createTransfer,
  dispatchTransfer,
  type NewTransfer,
  receiveTransfer,
} from '../transfers/transfer-actions.ts'
import { findTransfer } from '../transfers/transfers.store.ts'
import { findBrokenBalances } from '../verify.store.ts'
import { findBrokenIncoming } from '../verify-incoming.store.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 8 })
})
afterAll(async () => {
  expect(await findBrokenBalances(database.kysely)).toEqual([])
  expect(await findBrokenIncoming(database.kysely)).toEqual([])
  expect(await findBrokenLots(database.kysely)).toEqual([])
  expect(await findBrokenSerials(database.kysely)).toEqual([])
  await database.drop()
})

/** A MILK is tracked by lot, a CAM by serial number from its receipt on, a PLUG from its shipment on, a MUG not at all. */
async function newWorld() {
  const world = await createStockWorld(database, {
    skus: ['MILK', 'CAM', 'PLUG', 'MUG'],
    locationCodes: ['MAIN', 'EAST'],
    tracking: { MILK: 'lot', CAM: 'serial', PLUG: 'serial-at-shipment' },
  })
  const store = documentStore(world, { now: WORLD_TIME })
  const transfer = (lines: NewTransfer['lines']) =>
    createTransfer(store, headOf(), { fromCode: 'MAIN', toCode: 'EAST', lines })
  return {
    world,
    store,
    transfer,
    run: (...commands: Parameters<typeof runStockCommands>[2]) =>
      runStockCommands(database, world.context, commands),
    receiveCams: (...serials: string[]) =>
      runStockCommands(database, world.context, [commandOf('receive', 'CAM', serials.length, { serials })]),
    /** A transfer of cameras that has left. */
    sendCams: async (...serials: string[]) => {
      const { transferId } = await done(transfer([{ sku: 'CAM', quantity: serials.length }]))
      const lines = [{ line: 1, quantity: serials.length, serials }]
      await done(dispatchTransfer(store, headOf(), { transferId, lines }))
      return transferId
    },
    take: (
      transferId: string,
      receipt: Omit<ReceiptLine, 'line'>,
      rest: { back?: boolean; reason?: string } = {},
    ) =>
      receiveTransfer(store, headOf({ reason: rest.reason }), {
        transferId,
        lines: [{ line: 1, ...receipt }],
        back: rest.back,
      }),
    inbound: async (sku: string, quantity: number, unitCost?: number) => {
      const lines = [{ sku, quantity, unitCost }]
      const made = await done(createInboundShipment(store, headOf(), { locationCode: 'MAIN', lines }))
      return (arrivals: Omit<ArrivalLine, 'line'>[], allowOver = false, reason: string | null = null) =>
        receiveInboundShipment(store, headOf({ reason }), {
          inboundId: made.inboundId,
          lines: arrivals.map((arrival) => ({ line: 1, ...arrival })),
          allowOver,
        })
    },
  }
}

test('a serial is in transit while its transfer is, and then in one place or gone', async () => {
  const { world, store, receiveCams, sendCams, take } = await newWorld()
  await receiveCams('S1', 'S2', 'S3', 'S4', 'S5')
  const transferId = await sendCams('S4', 'S1', 'S3', 'S2')
  expect(await serialsOf(world)).toEqual([
    'S1 in-stock TRANSIT',
    'S2 in-stock TRANSIT',
    'S3 in-stock TRANSIT',
    'S4 in-stock TRANSIT',
    'S5 in-stock MAIN',
  ])
  await done(take(transferId, { quantity: 2, serials: ['S1', 'S2'], damagedSerials: ['S2'] }))
  expect(await world.balance('CAM', 'EAST')).toEqual({ onHand: 2, reserved: 0, held: 1, incoming: 2 })
  await done(take(transferId, { quantity: 1, serials: ['S3'] }, { back: true }))
  const closed = await done(closeTransfer(store, headOf({ reason: 'stolen' }), transferId))
  expect(closed).toMatchObject({
    state: 'closed',
    lines: [{ received: 2, damaged: 1, returned: 1, lost: 1 }],
  })
  expect(closed.lines[0]?.serials).toEqual([
    { serial: 'S1', state: 'received' },
    { serial: 'S2', state: 'damaged' },
    { serial: 'S3', state: 'returned' },
    { serial: 'S4', state: 'lost' },
  ])
  expect(await findTransfer(database.kysely, world.context.organizationId, transferId)).toEqual(closed)
  expect(await serialsOf(world)).toEqual([
    'S1 in-stock EAST',
    'S2 held EAST',
    'S3 in-stock MAIN',
    'S4 removed TRANSIT',
    'S5 in-stock MAIN',
  ])
  expect(await lifeOf(world, 'S2')).toEqual(['received MAIN', 'moved TRANSIT', 'moved EAST'])
})

test('units that are told apart are named, and only those that are there', async () => {
  const { world, store, transfer, receiveCams, sendCams, take, run } = await newWorld()
  await receiveCams('S1', 'S2', 'S3')
  await run(
    commandOf('hold', 'CAM', 1, { serials: ['S3'] }),
    commandOf('receive', 'MUG', 5),
    commandOf('receive', 'PLUG', 5),
  )
  const send = async (serials?: string[], sku = 'CAM') => {
    const { transferId } = await done(
      transfer([
        { sku: 'MUG', quantity: 1 },
        { sku, quantity: 1 },
      ]),
    )
    const lines = [{ line: 2, quantity: 1, serials }]
    return await dispatchTransfer(store, headOf(), { transferId, lines })
  }
  expect(await send()).toMatchObject({
    code: 'serial-missing',
    field: 'lines[0].serials',
    message: 'Line 1: The item "CAM" is tracked by serial number.',
  })
  expect(await codeOf(send(['S1', 'S2']))).toBe('serial-count-mismatch')
  expect(await codeOf(send(['S9']))).toBe('serial-not-in-stock')
  expect(await codeOf(send(['S3']))).toBe('serial-not-in-stock')
  expect(await codeOf(send(['S1'], 'PLUG'))).toBe('serial-not-tracked')
  expect(await codeOf(send(undefined, 'PLUG'))).toBe('applied')
  const { transferId } = await done(transfer([{ sku: 'CAM', quantity: 1 }]))
  expect(await dispatchTransfer(store, headOf(), { transferId })).toMatchObject({
    code: 'serial-missing',
    field: 'lines[0].serials',
  })

  // Two transfers are on their way at once: each takes in its own.
  const [first, second] = [await sendCams('S1'), await sendCams('S2')]
  expect(await codeOf(send(['S1']))).toBe('serial-elsewhere')
  expect(await take(first, { quantity: 1, serials: ['S2'] })).toMatchObject({
    code: 'beyond-dispatched',
    field: 'lines[0].serials',
    message: 'Line 1: The serial "S2" is not in transit on this line.',
  })
  expect(await codeOf(take(first, { quantity: 1 }))).toBe('serial-missing')
  expect(await codeOf(take(first, { quantity: 0, lostSerials: ['S1'] }))).toBe('reason-missing')
  expect(
    await codeOf(take(second, { quantity: 1, serials: ['S2'], lostSerials: ['S2'] }, { reason: 'why' })),
  ).toBe('beyond-dispatched')
  expect(await codeOf(take(second, { quantity: 1, damaged: 1, serials: ['S2'] }))).toBe('serial-missing')
  await done(take(second, { quantity: 1, serials: ['S2'] }))
  expect(await codeOf(take(second, { quantity: 1, serials: ['S2'] }))).toBe('document-state')
  await done(take(first, { quantity: 0, lostSerials: ['S1'] }, { reason: 'why' }))
  expect(await serialsOf(world)).toEqual(['S1 removed TRANSIT', 'S2 in-stock EAST', 'S3 held MAIN'])
})

test('a lot goes by its code, keeps it, and leaves behind what is promised', async () => {
  const { world, store, transfer, run } = await newWorld()
  const receive = (lot: string, quantity: number, expiresOn: string) =>
    commandOf('receive', 'MILK', quantity, { lot, expiresOn, force: true, reason: 'a test' })
  await run(receive('L1', 10, '2026-09-01'), receive('L2', 5, '2026-12-01'), receive('OLD', 4, '2026-04-01'))
  await run(commandOf('reserve', 'MILK', 12))
  const send = async (lot: string, quantity: number) => {
    const { transferId } = await done(transfer([{ sku: 'MILK', quantity, lot }]))
    return await dispatchTransfer(store, headOf(), { transferId })
  }
  // 15 may leave and 12 are promised; what has expired could not serve them, and may go.
  expect(await send('L1', 4)).toMatchObject({ code: 'insufficient-stock' })
  expect(await codeOf(send('OLD', 4))).toBe('applied')
  const sent = await send(' L1 ', 3)
  if (sent.kind === 'refused') throw new Error(sent.message)
  const { transferId, lines } = sent.result
  expect(lines).toMatchObject([{ lot: 'L1', dispatched: 3, serials: [] }])
  expect(await findTransfer(database.kysely, world.context.organizationId, transferId)).toEqual(sent.result)
  const receipt = { line: 1, quantity: 2, damaged: 1, lost: 1 }
  await done(receiveTransfer(store, headOf({ reason: 'leaked' }), { transferId, lines: [receipt] }))
  expect(await balancesByLot(world)).toEqual([
    '- 0 12 0',
    'L1 7 0 0',
    'L1@EAST 2 0 1',
    'L2 5 0 0',
    'OLD@TRANSIT 4 0 0',
  ])
  expect(await codeOf(transfer([{ sku: 'MILK', quantity: 1 }]))).toBe('lot-missing')
  expect(await transfer([{ sku: 'MILK', quantity: 1, lot: 'L9' }])).toMatchObject({
    code: 'unknown-lot',
    field: 'lines[0].lot',
  })
  expect(await codeOf(transfer([{ sku: 'MUG', quantity: 1, lot: 'L1' }]))).toBe('lot-not-tracked')
  const twice = [
    { sku: 'MILK', quantity: 1, lot: 'L1' },
    { sku: 'MILK', quantity: 1, lot: 'L1 ' },
  ]
  expect(await codeOf(transfer(twice))).toBe('invalid-lines')
})

test('an inbound shipment lands on lots, which it makes of what is printed on them', async () => {
  const { world, store, inbound } = await newWorld()
  const receive = await inbound('MILK', 10)
  expect(await receive([{ quantity: 4 }])).toMatchObject({ code: 'lot-missing', field: 'lines[0].lot' })
  const part = [
    { quantity: 4, lot: 'L1', expiresOn: '2026-09-01', supplierLot: 'X7' },
    { quantity: 3, lot: 'L2', expiresOn: '2026-10-01', damaged: 1 },
  ]
  await done(receive(part))
  expect(await world.balance('MILK', 'MAIN')).toEqual({ onHand: 7, reserved: 0, held: 1, incoming: 3 })
  expect(await receive([{ quantity: 1, lot: 'L1', expiresOn: '2026-09-02' }])).toMatchObject({
    code: 'lot-differs',
    field: 'lines[0].expiresOn',
  })
  const old = [{ quantity: 1, lot: 'OLD', expiresOn: '2026-04-01' }]
  expect(await codeOf(receive(old))).toBe('lot-expired')
  expect(await codeOf(receive([{ quantity: 1, lot: 'OLD', expiresOn: '2026-04-01', force: true }]))).toBe(
    'reason-missing',
  )
  await inTransaction(database, (tx) =>
    changeLotStatus(tx, store.context, {
      sku: 'MILK',
      code: 'L2',
      status: 'recalled',
      reason: 'glass',
      actor: 'test',
    }),
  )
  expect(
    await receive([
      { quantity: 1, lot: 'L1' },
      { quantity: 1, lot: 'L2' },
    ]),
  ).toMatchObject({
    code: 'lot-recalled',
    field: 'lines[1].lot',
  })
  const over = await done(receive([{ quantity: 5, lot: 'L1' }], true))
  expect(over).toMatchObject({ state: 'received', lines: [{ received: 12, over: 2 }] })
  expect(await balancesByLot(world)).toEqual(['L1 9 0 0', 'L2 3 0 1'])
})

test('units of an inbound shipment come in by their serial numbers, each once', async () => {
  const { world, inbound, receiveCams } = await newWorld()
  await receiveCams('OLD')
  const receive = await inbound('CAM', 3)
  expect(await codeOf(receive([{ quantity: 1 }]))).toBe('serial-missing')
  expect(await receive([{ quantity: 1, serials: ['OLD'] }])).toMatchObject({
    code: 'serial-exists',
    field: 'lines[0].serials',
  })
  expect(await codeOf(receive([{ quantity: 2, serials: ['S1', 'S2'], damagedSerials: ['S3'] }]))).toBe(
    'damaged-beyond-received',
  )
  await done(receive([{ quantity: 2, serials: ['S1', 'S2'], damagedSerials: ['S2'] }]))
  expect(await codeOf(receive([{ quantity: 1, serials: ['S1'] }]))).toBe('serial-exists')
  await done(receive([{ quantity: 2, serials: ['S3', 'S4'] }], true))
  expect(await world.balance('CAM', 'MAIN')).toEqual({ onHand: 5, reserved: 0, held: 1, incoming: 0 })
  expect(await serialsOf(world)).toEqual([
    'OLD in-stock MAIN',
    'S1 in-stock MAIN',
    'S2 held MAIN',
    'S3 in-stock MAIN',
    'S4 in-stock MAIN',
  ])
})

test('what a supplier charges is what the units cost, once they have arrived', async () => {
  const { world, store, inbound } = await newWorld()
  const { organizationId } = world.context
  const lines = [
    { sku: 'MUG', quantity: 1 },
    { sku: 'CAM', quantity: 1, unitCost: 5 },
  ]
  expect(await createInboundShipment(store, headOf(), { locationCode: 'MAIN', lines })).toMatchObject({
    code: 'currency-not-set',
    field: 'lines[1].unitCost',
  })
  await saveCurrency(database.kysely, organizationId, 'EUR')
  const dear = await inbound('MUG', 4, 30_000)
  const cheap = await inbound('MUG', 6, 10_000)
  await done(dear([{ quantity: 2 }]))
  await done(cheap([{ quantity: 6, damaged: 1 }]))
  const valued = async () => {
    const states = await valueItems(database.kysely, organizationId, [world.itemId('MUG')], {
      at: WORLD_TIME,
    })
    const state = states.get(world.itemId('MUG'))
    return (['average', 'fifo'] as const).map((method) => state?.[method].pools.get(world.locationId('MAIN')))
  }
  expect(await valued()).toMatchObject([
    { pricedUnits: 8, cost: 120_000n },
    {
      layers: [
        { units: 2, cost: 60_000n },
        { units: 6, cost: 60_000n },
      ],
    },
  ])
  // What comes on top costs as much; what is lost on the way to another place takes its cost along.
  await done(dear([{ quantity: 3 }], true))
  expect(await valued()).toMatchObject([{ pricedUnits: 11, cost: 210_000n }, {}])
})

test('I3: an action on serials is the same whatever their order, and another one under its key is refused', async () => {
  const { store, receiveCams, transfer } = await newWorld()
  await receiveCams('S1', 'S2', 'S3')
  const { transferId } = await done(transfer([{ sku: 'CAM', quantity: 2 }]))
  const head = headOf()
  const send = (...serials: string[]) =>
    dispatchTransfer(store, head, { transferId, lines: [{ line: 1, quantity: 2, serials }] })
  expect(await codeOf(send('S1', 'S2'))).toBe('applied')
  expect(await codeOf(send('S2', 'S1'))).toBe('repeated')
  expect(await codeOf(send('S1', 'S3'))).toBe('key-reused')
})

test('the database refuses a serial of a line that is not there', async () => {
  const { world } = await newWorld()
  const insert = sql`
    insert into transfer_serial (organization_id, transfer_id, line, serial, state)
    values (${world.context.organizationId}, ${world.context.uuid()}, 1, 'S1', 'in-transit')`
  await expect(insert.execute(database.kysely)).rejects.toThrow(/foreign key/)
})
