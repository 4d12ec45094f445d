// The verifier must find what it is there to find: the owner switches the guards off and does damage.
import { rm } from 'node:fs/promises'
import { type Database, openDatabase } from '@plimsoll/database'
import { createTestDatabase, makeTemporaryFolder, type TestDatabase } from '@plimsoll/database/testing'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { UNALLOCATED_LOT } from './context.ts'
import { archiveMonths } from './history/archive.ts'
import { closeMonths, prepareMonths } from './history/months.store.ts'
import { findBrokenRows, storedChecks } from './stored-checks.ts'
import { createHistoryWorld, type HistoryWorld } from './testing/history-world.ts'
import { type StockProblem, verifyStock } from './verify.ts'

const at = (text: string) => new Date(text)
let folder: string
let database: TestDatabase
let owner: Database
let world: HistoryWorld
beforeAll(async () => {
  folder = await makeTemporaryFolder()
})
afterAll(() => rm(folder, { recursive: true, force: true }))
beforeEach(async () => {
  database = await createTestDatabase()
  owner = await openDatabase({ databaseUrl: database.url, keep: 'running', poolMax: 1, runtimeRole: false })
  world = await createHistoryWorld(database, { skus: ['A', 'B'], locationCodes: ['MAIN'] })
  await prepareMonths(database.kysely, at('2024-11-01'))
  for (const [moment, sku, units] of [
    ['2024-11-10T00:00:00Z', 'A', 10],
    ['2024-12-10T00:00:00Z', 'A', -3],
    ['2024-12-11T00:00:00Z', 'B', 5],
    ['2025-01-10T00:00:00Z', 'B', 2],
  ] as const) {
    await world.record(at(moment), [movementOf(sku, units, at(moment))])
  }
  await closeMonths(database, at('2025-01-12T00:00:00Z'))
})
afterEach(async () => {
  await owner.close()
  await database.drop()
})

async function verify() {
  const problems: StockProblem[] = []
  const counts = await verifyStock(database, (problem) => problems.push(problem))
  expect(counts.problems).toBe(problems.length)
  return { counts, problems }
}

test('I1: an untouched ledger is found sound, with all that was looked at counted', async () => {
  const { counts, problems } = await verify()
  expect(problems).toEqual([])
  expect(counts).toMatchObject({
    movements: 4,
    balances: 2,
    checkpoints: 3,
    closedMonths: 2,
    archivedMonths: 0,
    reservations: 0,
    problems: 0,
  })
  expect(counts.guards).toBeGreaterThan(30)
})

test('I1: a ledger whose oldest months lie in files is found sound, and damage after them still found', async () => {
  await archiveMonths(database, { before: at('2024-12-01'), folder, now: at('2025-01-12T00:00:00Z') })
  const { counts, problems } = await verify()
  expect(problems).toEqual([])
  expect(counts).toMatchObject({ movements: 3, closedMonths: 1, archivedMonths: 1 })
  await damage('balance', `update balance set on_hand = on_hand + 1 where item_id = '${world.itemId('A')}'`)
  expect((await verify()).problems).toMatchObject([{ promise: 'I1', subject: { itemId: world.itemId('A') } }])
})

const damages: [string, table: string, statement: string, found: RegExp[]][] = [
  [
    'a balance changed by hand',
    'balance',
    'update balance set on_hand = 99 where on_hand = 7',
    [/I1 the balance is .*99.*gives .*7/],
  ],
  ['a balance lost', 'balance', 'delete from balance where on_hand = 7', [/I1 the balance is not there/]],
  [
    'a movement lost from a closed month',
    'movement_2024_12',
    'delete from movement_2024_12 where on_hand_delta = -3',
    [
      /I1 the checkpoint at the end of the month is .*7.*gives .*0/,
      /I1 the balance is .*7.*gives .*10/,
      /I2 the month was closed with 2 movements and has 1/,
    ],
  ],
  [
    'a movement changed in the open month',
    'movement_2025_01',
    'update movement_2025_01 set on_hand_delta = 3',
    [/I1 the balance is .*7.*gives .*8/],
  ],
  [
    'a checkpoint changed',
    'balance_checkpoint',
    'update balance_checkpoint set on_hand = 11 where on_hand = 10',
    [/I1 the checkpoint .*11.*10/],
  ],
  [
    'a checkpoint lost',
    'balance_checkpoint',
    'delete from balance_checkpoint where on_hand = 10',
    [/I1 the checkpoint .* not there/],
  ],
  [
    'a movement effective after it was recorded',
    'movement_2025_01',
    `update movement_2025_01 set effective_at = recorded_at + interval '1 second'`,
    [/effective moments it was effective at .*2025-01-10 00:00:01.* recorded at/],
  ],
  [
    'an item that is gone',
    'item',
    `delete from item where sku = 'B'`,
    [/existence .* item that does not exist/],
  ],
  [
    'units reserved by nobody',
    'balance',
    'update balance set reserved = 2',
    [/I1/, /reservations 2 units are reserved, the reservations hold 0 open/],
  ],
  [
    'units of a lot that nobody knows',
    'balance',
    "update balance set lot_id = '00000000-0000-7000-8000-00000000dead' where on_hand = 7",
    [/lots there is a balance of a lot that its item does not have/],
  ],
  [
    'an item with serials that has fewer of them than units',
    'item',
    "update item set tracking = 'serial', serial_capture = 'receipt' where sku = 'A'",
    [/serials 7 units are on hand and 0 of them held, the serials there are 0 and 0 of them held/],
  ],
  [
    'units on their way that no document expects',
    'balance',
    'update balance set incoming = 4 where on_hand = 7',
    [/incoming 4 units are incoming, the open documents expect 0/],
  ],
  [
    'a virtual kit without parts and with stock of its own',
    'item',
    "update item set kit_kind = 'virtual' where sku = 'A'",
    [/kits its parts are not what its components come down to/, /kits the virtual kit has stock of its own/],
  ],
]
test.each(damages)('I1: %s is found and named', async (_name, table, statement, found) => {
  await damage(table, statement)
  const { problems } = await verify()
  const said = problems.map(({ promise, problem }) => `${promise} ${problem}`)
  for (const words of found) expect(said.join('\n')).toMatch(words)
  for (const check of storedChecks) {
    const told = problems.filter(({ promise }) => promise === check.name)
    expect(await findBrokenRows(database.kysely, check)).toHaveLength(told.length)
  }
  for (const { subject } of problems) expect(subject.organizationId).toBe(world.context.organizationId)
})

test('I2: a guard that is gone, switched off or given away is found', async () => {
  await owner.pool.query(`
    alter table balance disable trigger balance_is_written_by_movements;
    drop trigger movement_is_written_whole on movement_2024_12;
    grant delete on movement_2025_01 to plimsoll_runtime`)
  const { problems } = await verify()
  expect(
    problems.map(({ promise, subject }) => `${promise} ${subject.table} ${subject.guard}`).sort(),
  ).toEqual([
    'I2 balance balance_is_written_by_movements',
    'I2 movement_2024_12 movement_is_written_whole',
    'I2 movement_2025_01 no right to DELETE',
  ])
})

async function damage(table: string, statement: string) {
  await owner.pool.query(
    `alter table ${table} disable trigger user; ${statement}; alter table ${table} enable trigger user`,
  )
}

function movementOf(sku: string, units: number, effectiveAt: Date) {
  return {
    itemId: world.itemId(sku),
    locationId: world.locationId('MAIN'),
    lotId: UNALLOCATED_LOT,
    kind: units > 0 ? ('receive' as const) : ('adjust' as const),
    onHandDelta: units,
    reservedDelta: 0,
    heldDelta: 0,
    incomingDelta: 0,
    commandKey: 'test',
    referenceKind: null,
    referenceId: null,
    reason: null,
    actor: 'test',
    effectiveAt,
  }
}
