import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { WarehouseShipment } from '@plimsoll/connector-kit'
import { fromEnvironment } from '@plimsoll/connector-kit/conformance'
import { createFileTree, type SftpServerOptions, startSftpServer } from '@plimsoll/connector-kit/simulator'
import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { hubSide, readAll } from './testing/hub-side.ts'

const definition = {
  feeds: {
    levels: {
      folder: 'out',
      files: 'STOCK*.csv',
      format: { kind: 'csv' },
      sequence: 'STOCK(\\d+)',
      map: { columns: { sku: 'sku', onHand: 'units' } },
    },
    shipments: {
      folder: 'out',
      files: 'SHIP*.csv',
      format: { kind: 'csv' },
      map: { columns: { shipmentId: 'order', parcel: 'box', sku: 'sku', quantity: 'units', row: 'row' } },
    },
  },
  out: {
    'shipment-requests': {
      folder: 'in',
      file: 'ORD_{id}.json',
      format: { kind: 'json' },
      content: '{ "order": shipmentId, "lines": [lines.{ "sku": sku, "units": quantity }] }',
    },
  },
}

const request = {
  shipmentId: 'ship-1',
  number: '#1',
  placedAt: new Date('2026-11-26T09:00:00Z'),
  locationId: 'default',
  recipient: {
    name: 'A',
    company: undefined,
    addressLines: ['B'],
    city: 'C',
    region: undefined,
    postalCode: undefined,
    country: 'DE',
    phone: undefined,
    email: undefined,
  },
  lines: [
    {
      lineId: 'l',
      sku: 'TEA',
      stockUnitId: 'TEA',
      quantity: 1,
      title: 'Tea',
      lot: undefined,
      unitValue: undefined,
    },
  ],
  method: undefined,
  currency: undefined,
  shipBy: undefined,
  note: undefined,
}

async function bySftp(options: Partial<SftpServerOptions> = {}, more: object = {}) {
  const tree = createFileTree(() => 1_790_000_000_000)
  tree.folders.add('/out')
  const server = await startSftpServer({ tree, user: 'hub', password: 'secret', ...options })
  onTestFinished(() => server.close())
  const hub = hubSide({
    settings: {
      definition: { ...definition, ...more },
      server: `sftp://127.0.0.1:${server.port}/`,
      hostKey: server.hostKey,
    },
    credentials: { user: 'hub', password: 'secret' },
  })
  return { tree, hub, server }
}

const counted = async (hub: ReturnType<typeof hubSide>) =>
  Object.fromEntries(
    ((await hub.operations.counts?.(undefined))?.rows ?? []).map((row) => [row.stockUnitId, row.onHand]),
  )

test('a file is taken once it has stood still, and renamed once it is kept', async () => {
  const { tree, hub } = await bySftp()
  tree.put('/out/STOCK1.csv', 'sku,units\nTE')
  expect(await hub.take()).toEqual([])
  tree.put('/out/STOCK1.csv', 'sku,units\nTEA,5\n')
  expect(await hub.take()).toEqual([])
  expect(await hub.take()).toEqual(['STOCK1.csv'])
  expect([...tree.files.keys()]).toEqual(['/archive/out/STOCK1.csv'])
  expect(await counted(hub)).toEqual({ TEA: 5 })
})

test('by its marker a file is whole at once; both are renamed', async () => {
  const { tree, hub } = await bySftp({}, { folders: { archive: 'archive', whole: 'done-file' } })
  tree.put('/out/STOCK1.csv', 'sku,units\nTEA,5\n')
  expect(await hub.take()).toEqual([])
  tree.put('/out/STOCK1.csv.done', '')
  expect(await hub.take()).toEqual(['STOCK1.csv'])
  expect([...tree.files.keys()].sort()).toEqual(['/archive/out/STOCK1.csv', '/archive/out/STOCK1.csv.done'])
})

test('what is replaced between reading and renaming stays, and is read as a file of its own', async () => {
  const { tree, hub } = await bySftp()
  tree.put('/out/STOCK1.csv', 'sku,units\nTEA,5\n')
  await hub.pull()
  const [message] = await hub.pull()
  if (message === undefined) throw new Error('nothing came')
  await hub.keep(message)
  tree.put('/out/STOCK1.csv', 'sku,units\nTEA,77\n')
  await hub.operations.acknowledge?.([message.receipt])
  expect(tree.files.has('/out/STOCK1.csv')).toBe(true)
  await hub.take()
  await hub.take()
  expect(tree.files.size).toBe(1)
})

test('an older snapshot that comes late is kept and changes nothing; the same state again does', async () => {
  const { tree, hub } = await bySftp()
  const put = async (name: string, units: number) => {
    tree.put(`/out/${name}`, `sku,units\nTEA,${units}\n`)
    await hub.take()
    await hub.take()
  }
  await put('STOCK2.csv', 7)
  await put('STOCK1.csv', 3)
  expect(await counted(hub)).toEqual({ TEA: 7 })
  await put('STOCK3.csv', 3)
  expect(await counted(hub)).toEqual({ TEA: 3 })
  expect(await hub.log.list({ direction: 'in' })).toHaveLength(3)
})

test('a request is one file, written whole; asked again nothing is written again', async () => {
  const { tree, hub } = await bySftp()
  const { warehouse } = hub.operations
  expect(await warehouse.requestShipment(request)).toEqual({ externalId: 'ship-1' })
  expect(tree.text('/in/ORD_ship-1.json')).toBe('{"order":"ship-1","lines":[{"sku":"TEA","units":1}]}')
  // The warehouse takes it.
  tree.files.delete('/in/ORD_ship-1.json')
  await warehouse.requestShipment(request)
  await hub.restart().operations.warehouse.requestShipment({ ...request, note: 'told otherwise' })
  expect([...tree.files.keys()]).toEqual([])
  expect(await warehouse.findShipment('ship-1')).toMatchObject({ state: 'received', parcels: [] })
  expect(await warehouse.findShipment('ship-2')).toBeUndefined()
})

test('a request whose upload failed is written when it is asked again, and as it was', async () => {
  let fails = true
  const { tree, hub } = await bySftp({ fails: (operation) => fails && operation === 'rename' })
  const { warehouse } = hub.operations
  await expect(warehouse.requestShipment(request)).rejects.toMatchObject({ kind: 'unavailable', sent: true })
  expect(tree.files.has('/in/ORD_ship-1.json')).toBe(false)
  fails = false
  await hub.restart().operations.warehouse.requestShipment(request)
  expect(tree.text('/in/ORD_ship-1.json')).toContain('ship-1')
})

test('wrong credentials, another key of the server, no pinned key', async () => {
  const { hub, server } = await bySftp()
  const at = (settings: object, credentials = {}) =>
    hubSide({
      settings: { definition, server: `sftp://127.0.0.1:${server.port}/`, ...settings },
      credentials: { user: 'hub', password: 'secret', ...credentials },
    }).operations
  expect((await hub.operations.check()).warnings).toEqual([])
  expect((await at({}).check()).warnings.join()).toContain(server.hostKey)
  await expect(at({}, { password: 'wrong' }).check()).rejects.toMatchObject({ kind: 'unauthorized' })
  await expect(at({ hostKey: `SHA256:${'A'.repeat(43)}` }).check()).rejects.toMatchObject({
    kind: 'unauthorized',
  })
})

test('I3, I4: however rows are split over files, repeated, reordered and broken off, they are told once', async () => {
  const row = fc.record({
    order: fc.constantFrom('o1', 'o2', 'o3'),
    box: fc.constantFrom('b1', 'b2'),
    sku: fc.constantFrom('TEA', 'CUP'),
    units: fc.integer({ min: 1, max: 9 }),
  })
  const plan = fc.record({
    rows: fc.array(row, { minLength: 1, maxLength: 12 }),
    cuts: fc.array(fc.nat(11), { maxLength: 4 }),
    /** Files that are sent again, under the same or another name. */
    again: fc.array(fc.nat(4), { maxLength: 3 }),
    order: fc.array(fc.nat(100), { maxLength: 8 }),
    /** Where the hub dies: after so many of its steps. */
    kills: fc.array(fc.constantFrom('before-keep', 'before-acknowledge', 'none'), { maxLength: 12 }),
  })
  const write = (rows: readonly object[]) =>
    `order,box,sku,units,row\n${rows.map((each) => `${Object.values(each).join(',')}\n`).join('')}`

  const root = await mkdtemp(path.join(tmpdir(), 'plimsoll-generic-'))
  onTestFinished(() => rm(root, { recursive: true }))
  let runs = 0
  await fc.assert(
    fc.asyncProperty(plan, async ({ rows, cuts, again, order, kills }) => {
      runs += 1
      const numbered = rows.map((each, at) => ({ ...each, row: `r${at}` }))
      const whole = hubSide({ settings: { definition } })
      await whole.upload('SHIP.csv', write(numbered))
      const expected = await told(whole)

      const edges = [
        0,
        ...cuts.toSorted((a, b) => a - b).map((cut) => Math.min(cut, rows.length)),
        rows.length,
      ]
      const parts = edges.slice(1).map((edge, at) => numbered.slice(edges[at], edge))
      const files = [...parts, ...again.map((at) => parts[at % parts.length] ?? [])]
        .map((part, at) => ({
          name: `SHIP${at}.csv`,
          text: write(part),
          key: order[at % Math.max(1, order.length)] ?? at,
        }))
        .toSorted((one, other) => one.key - other.key)

      // As the hub takes files of a folder, dying now and then in the middle.
      let hub = hubSide({ settings: { definition, server: `folder:run-${runs}` }, localRoot: root })
      const { openFolder, systemClock } = await import('@plimsoll/connector-kit')
      const folder = openFolder(
        { kind: 'local', root: `run-${runs}` },
        { clock: systemClock, localRoot: root },
      )
      const deaths = [...kills]
      for (const { name, text } of files) await folder.write(`out/${name}`, Buffer.from(text))
      for (let turn = 0; turn < 60; turn += 1) {
        const messages = await hub.pull()
        if (turn > 1 && messages.length === 0 && (await folder.list('out')).length === 0) break
        for (const message of messages) {
          const death = deaths.shift() ?? 'none'
          if (death === 'before-keep') {
            hub = hub.restart()
            break
          }
          await hub.keep(message)
          if (death === 'before-acknowledge') {
            hub = hub.restart()
            break
          }
          await hub.operations.acknowledge?.([message.receipt])
        }
      }
      expect(await folder.list('out')).toEqual([])
      expect(await told(hub)).toEqual(expected)
    }),
    fromEnvironment({ numRuns: 25 }),
  )
})

/** What is told of shipments, whatever the order of their files. */
async function told(hub: ReturnType<typeof hubSide>) {
  const shipments = await readAll<WarehouseShipment>(hub.operations.warehouse.shipments)
  return Object.fromEntries(
    shipments.map(({ shipmentId, state, parcels }) => {
      const units = parcels.flatMap((parcel) =>
        parcel.lines.map(({ sku, quantity }) => `${parcel.externalId} ${sku} ${quantity}`),
      )
      return [shipmentId, { state, units: units.toSorted() }]
    }),
  )
}
