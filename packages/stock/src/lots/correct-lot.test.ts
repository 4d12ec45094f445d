// Corrections of what is printed on a lot, on a real database.
import { inTransaction } from '@plimsoll/database'
import { createTestDatabase, type TestDatabase } from '@plimsoll/database/testing'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { runStockCommands } from '../commands/run-commands.ts'
import { commandOf, createStockWorld, onReservation, type StockWorld } from '../testing/stock-world.ts'
import { correctLot, type LotCorrection } from './correct-lot.ts'

let database: TestDatabase
let world: StockWorld
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 4 })
})
beforeEach(async () => {
  world = await createStockWorld(database, {
    skus: ['MILK', 'CUP'],
    locationCodes: ['MAIN'],
    tracking: { MILK: 'lot' },
  })
  await run(commandOf('receive', 'MILK', 4, { lot: 'A', expiresOn: '2026-05-20' }))
  await run(commandOf('receive', 'MILK', 6, { lot: 'B', expiresOn: '2026-06-20' }))
})
afterAll(() => database.drop())

const run = async (...commands: Parameters<typeof runStockCommands>[2]) =>
  await runStockCommands(database, world.context, commands)
const correct = (code: string, told: LotCorrection, reason: string | null = 'misread', sku = 'MILK') =>
  inTransaction(database, (tx) => correctLot(tx, world.context, { sku, code, actor: 'ana', reason, ...told }))
async function notes() {
  const found = await sql<{ text: string }>`
    select concat_ws(' ', code, what, coalesce(before, '-') || '→' || coalesce(after, '-'), reason, lot_detail_change.actor) as text
    from lot_detail_change join lot using (organization_id, lot_id)
    where organization_id = ${world.context.organizationId} order by change_id`.execute(database.kysely)
  return found.rows.map((row) => row.text)
}

test('what is told is changed and noted, the rest is left alone; null takes it away', async () => {
  const both = await correct('A', { expiresOn: '2026-07-01', supplierLot: 'S1' })
  expect(both).toMatchObject({ kind: 'corrected', lot: { expiresOn: '2026-07-01', supplierLot: 'S1' } })
  expect(await correct('A', { expiresOn: '2026-07-01' })).toMatchObject({ changes: [] })
  expect(
    await correct('A', { expiresOn: null, manufacturedOn: '2026-04-01' }, 'no date on it'),
  ).toMatchObject({
    lot: { expiresOn: null, manufacturedOn: '2026-04-01', supplierLot: 'S1' },
  })
  expect(await notes()).toEqual([
    'A expiresOn 2026-05-20→2026-07-01 misread ana',
    'A supplierLot -→S1 misread ana',
    'A expiresOn 2026-07-01→- no date on it ana',
    'A manufacturedOn -→2026-04-01 no date on it ana',
  ])
  for (const change of [sql`update lot_detail_change set actor = 'x'`, sql`delete from lot_detail_change`]) {
    await expect(change.execute(database.kysely)).rejects.toThrow()
  }
})

test('allocation follows the corrected dates: the lot that expires first now leaves first', async () => {
  await correct('B', { expiresOn: '2026-05-10' })
  const [reserved] = await run(commandOf('reserve', 'MILK', 5))
  if (reserved?.kind !== 'applied') throw new Error('not reserved')
  const id = reserved.result.reservationId ?? ''
  expect(await run(onReservation('ship', id, 5))).toMatchObject([
    { result: { lots: [{ lot: 'B', quantity: 5 }] } },
  ])
})

test('a lot that turns out to have expired is promised no more, and what is allocated of it is allocated anew', async () => {
  const [reserved] = await run(commandOf('reserve', 'MILK', 3))
  if (reserved?.kind !== 'applied') throw new Error('not reserved')
  const id = reserved.result.reservationId ?? ''
  await run(onReservation('allocate', id, 3))
  await correct('A', { expiresOn: '2026-04-30' })
  expect(await run(onReservation('ship', id, 3, { lots: [{ lot: 'A', quantity: 3 }] }))).toMatchObject([
    { kind: 'refused', code: 'lot-expired' },
  ])
  expect(await run(onReservation('allocate', id, 3))).toMatchObject([
    { result: { lots: [{ lot: 'B', quantity: 3 }] } },
  ])
  expect(await run(commandOf('reserve', 'MILK', 4))).toMatchObject([{ code: 'insufficient-stock' }])
  expect(await run(commandOf('reserve', 'MILK', 3))).toMatchObject([{ kind: 'applied' }])
})

test.each<[string, LotCorrection, string | null, string, string, string]>([
  ['a day that there is not', { expiresOn: '2026-02-30' }, 'x', 'MILK', 'A', 'lot-day-invalid expiresOn'],
  [
    'made after its last day',
    { manufacturedOn: '2026-05-21' },
    'x',
    'MILK',
    'A',
    'lot-day-invalid expiresOn',
  ],
  ['a supplier’s lot of nothing', { supplierLot: '' }, 'x', 'MILK', 'A', 'lot-code-invalid supplierLot'],
  ['no reason', { expiresOn: null }, ' ', 'MILK', 'A', 'reason-missing reason'],
  ['an unknown lot', { expiresOn: null }, 'x', 'MILK', 'Z', 'unknown-lot lot'],
  ['an item without lots', { expiresOn: null }, 'x', 'CUP', 'A', 'lot-not-tracked sku'],
  ['an unknown item', { expiresOn: null }, 'x', 'TEA', 'A', 'unknown-sku sku'],
])('%s is refused, and nothing is noted', async (_, told, reason, sku, code, refused) => {
  const outcome = await correct(code, told, reason, sku)
  expect(outcome.kind === 'refused' ? `${outcome.code} ${outcome.field}` : outcome).toBe(refused)
  expect(await notes()).toEqual([])
})

test('of a correction and a shipment at once, the one that comes second sees the other', async () => {
  const [reserved] = await run(commandOf('reserve', 'MILK', 2))
  if (reserved?.kind !== 'applied') throw new Error('not reserved')
  const id = reserved.result.reservationId ?? ''
  let shipped: Promise<unknown> = Promise.resolve()
  await inTransaction(database, async (tx) => {
    const corrected = await correctLot(tx, world.context, {
      sku: 'MILK',
      code: 'A',
      actor: 'ana',
      reason: 'misread',
      expiresOn: '2026-04-30',
    })
    expect(corrected.kind).toBe('corrected')
    shipped = run(onReservation('ship', id, 2, { lots: [{ lot: 'A', quantity: 2 }] }))
    await untilSomebodyWaits()
  })
  expect(await shipped).toMatchObject([{ kind: 'refused', code: 'lot-expired' }])
})

async function untilSomebodyWaits(): Promise<void> {
  for (let tries = 0; tries < 20_000; tries += 1) {
    const found = await sql`
      select from pg_locks join pg_stat_activity using (pid)
      where not granted and datname = current_database()`.execute(database.kysely)
    if (found.rows.length > 0) return
  }
  throw new Error('nobody waited')
}
