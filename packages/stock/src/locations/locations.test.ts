import { createTestDatabase, type TestDatabase } from '@plimsoll/database/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runStockCommands } from '../commands/run-commands.ts'
import { createInboundShipment } from '../inbound/inbound-actions.ts'
import { documentStore, done, headOf } from '../testing/document-world.ts'
import { commandOf, createStockWorld, WORLD_TIME } from '../testing/stock-world.ts'
import { createTransfer } from '../transfers/transfer-actions.ts'
import { assignBins, findBins, removeBin, saveBins } from './bins.store.ts'
import { archiveLocation, changeLocation, createLocation, restoreLocation } from './location-actions.ts'
import { listLocations } from './locations.store.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

const newWorld = () => createStockWorld(database, { skus: ['A', 'B'], locationCodes: ['MAIN', 'EAST'] })
const berlin = {
  code: 'BER',
  name: 'Berlin',
  kind: '3pl' as const,
  country: 'DE',
  timeZone: 'Europe/Berlin',
  openingDays: [5, 1, 2, 3, 4, 6],
  holidays: ['2026-12-25'],
}

test('a location says where it is and when it works; made twice it is one', async () => {
  const { context } = await newWorld()
  const made = await createLocation(database, context, berlin)
  expect(made).toMatchObject({
    kind: 'done',
    location: { ...berlin, openingDays: [1, 2, 3, 4, 5, 6], countedBy: null, archivedAt: null, version: 1 },
  })
  expect(await createLocation(database, context, berlin)).toEqual(made)
  expect(await createLocation(database, context, { ...berlin, name: 'Other' })).toMatchObject({
    code: 'location-exists',
  })
  const codes = (await listLocations(database.kysely, context.organizationId, { archived: false })).map(
    ({ code }) => code,
  )
  expect(codes).toEqual(['BER', 'EAST', 'MAIN'])
})

test.each([
  [{ code: ' X' }, 'code'],
  [{ name: '' }, 'name'],
  [{ country: 'UK' }, 'country'],
  [{ timeZone: 'CET+1' }, 'timeZone'],
  [{ openingDays: [0] }, 'openingDays'],
  [{ holidays: ['2026-02-30'] }, 'holidays'],
  [{ countedBy: '00000000-0000-0000-0000-000000000001' }, 'countedBy'],
  [{ address: 'x'.repeat(1_001) }, 'address'],
  [{ region: ' ' }, 'region'],
  [{ postalCode: '' }, 'postalCode'],
  [{ latitude: 91, longitude: 0 }, 'latitude'],
  [{ latitude: 52.5 }, 'longitude'],
  [{ latitude: 0, longitude: -181 }, 'longitude'],
  [{ routingPriority: 0 }, 'routingPriority'],
  [{ cutOff: '24:00' }, 'cutOff'],
  [{ capacityPerDay: -1 }, 'capacityPerDay'],
])('a location with %o is refused by its field', async (wrong, field) => {
  const { context } = await newWorld()
  expect(await createLocation(database, context, { ...berlin, ...wrong })).toMatchObject({
    code: 'invalid-location',
    field,
  })
})

test('a location keeps what orders are routed by', async () => {
  const { context } = await newWorld()
  const routing = {
    region: 'BE',
    postalCode: '10115',
    latitude: 52.53,
    longitude: 13.38,
    routingPriority: 1,
    cutOff: '15:00',
    capacityPerDay: 400,
    ships: false,
  }
  const made = await createLocation(database, context, { ...berlin, ...routing })
  expect(made).toMatchObject({ location: routing })
  const changes = { latitude: null, longitude: null, cutOff: '14:30', ships: null }
  expect(await changeLocation(database, context, { code: 'BER', changes })).toMatchObject({
    location: { ...routing, ...changes, version: 2 },
  })
})

test('a change names the version that it was made for, and a later one is not overwritten', async () => {
  const { context } = await newWorld()
  const change = (version: number | undefined, changes: object) =>
    changeLocation(database, context, { code: 'MAIN', version, changes })
  expect(await change(1, { country: 'CN', timeZone: 'Asia/Shanghai' })).toMatchObject({
    location: { country: 'CN', version: 2, name: 'Location MAIN' },
  })
  expect(await change(1, { country: 'DE' })).toMatchObject({ code: 'version-changed' })
  expect(await change(undefined, { country: 'CN' })).toMatchObject({ location: { version: 2 } })
  expect(await change(2, { country: null })).toMatchObject({ location: { country: null, version: 3 } })
  const races = await Promise.all([change(3, { name: 'One' }), change(3, { name: 'Two' })])
  expect(races.map(({ kind }) => kind).sort()).toEqual(['done', 'refused'])
})

test('a location is archived once nothing is there and nothing is on its way, and takes nothing in then', async () => {
  const world = await newWorld()
  const { context } = world
  const store = documentStore(world, { now: WORLD_TIME })
  const archive = () => archiveLocation(database, context, { code: 'EAST' })
  await runStockCommands(database, context, [commandOf('receive', 'A', 2, { locationCode: 'EAST' })])
  const lines = [{ sku: 'B', quantity: 1 }]
  await done(createTransfer(store, headOf(), { fromCode: 'MAIN', toCode: 'EAST', lines }))
  await done(createInboundShipment(store, headOf(), { locationCode: 'MAIN', lines }))
  expect(await archive()).toMatchObject({
    code: 'location-in-use',
    message: '"EAST" cannot be archived: it holds, reserves or awaits units of A; 1 open transfer names it.',
  })

  expect(await archiveLocation(database, context, { code: 'NOWHERE' })).toMatchObject({
    code: 'unknown-location',
  })
  await createLocation(database, context, berlin)
  expect(await archiveLocation(database, context, { code: 'BER' })).toMatchObject({
    location: { archivedAt: WORLD_TIME.toISOString() },
  })
  const receive = () =>
    runStockCommands(database, context, [commandOf('receive', 'A', 2, { locationCode: 'BER' })])
  expect(await receive()).toMatchObject([{ code: 'location-archived' }])
  const active = await listLocations(database.kysely, context.organizationId, { archived: false })
  expect(active.map(({ code }) => code)).toEqual(['EAST', 'MAIN', 'TRANSIT'])
  await restoreLocation(database, context, { code: 'BER' })
  expect(await receive()).toMatchObject([{ kind: 'applied' }])
})

test('bins say where to look, and which items are found there', async () => {
  const { context } = await newWorld()
  const bins = [
    { code: 'A-01', zone: 'A', barcode: 'BIN1' },
    { code: 'A-02', zone: 'A' },
  ]
  await saveBins(database, context, 'MAIN', bins)
  const assign = (items: { sku: string; bin: string | null }[]) =>
    assignBins(database, context, 'MAIN', items)
  await assign([
    { sku: 'A', bin: 'A-01' },
    { sku: 'B', bin: 'A-01' },
  ])
  await assign([{ sku: 'B', bin: null }])
  expect(await findBins(database.kysely, context.organizationId, 'MAIN')).toEqual([
    { code: 'A-01', zone: 'A', barcode: 'BIN1', skus: ['A'] },
    { code: 'A-02', zone: 'A', barcode: null, skus: [] },
  ])
  expect(await saveBins(database, context, 'MAIN', [{ code: 'A-02', barcode: 'BIN1' }])).toMatchObject({
    code: 'bin-exists',
    message: 'The barcode "BIN1" is that of the bin "A-01".',
  })
  // Two bins may change barcodes with each other.
  expect(
    await saveBins(database, context, 'MAIN', [
      { code: 'A-01', barcode: 'BIN2' },
      { code: 'A-02', barcode: 'BIN1' },
    ]),
  ).toMatchObject({ kind: 'done' })
  expect(await saveBins(database, context, 'MAIN', [{ code: '' }])).toMatchObject({
    code: 'invalid-bin',
    field: 'lines[0].code',
  })
  expect(await assign([{ sku: 'A', bin: 'Z-99' }])).toMatchObject({ code: 'unknown-bin' })
  expect(await assign([{ sku: 'NEW', bin: null }])).toMatchObject({ code: 'unknown-sku' })
  expect(await removeBin(database, context, 'MAIN', 'A-01')).toMatchObject({
    bins: [{ code: 'A-02', skus: [] }],
  })
  expect(await removeBin(database, context, 'MAIN', 'A-01')).toMatchObject({ code: 'unknown-bin' })
  expect(await saveBins(database, context, 'NOWHERE', bins)).toMatchObject({ code: 'unknown-location' })
})
