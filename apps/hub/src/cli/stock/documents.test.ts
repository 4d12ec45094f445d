// Transfers, inbound shipments and count sheets on the command line, with lots and serial numbers.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type Installation, makeInstallation } from '../../testing/cli-database.ts'
import { lastJson } from '../../testing/run-cli.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

/** One story on one installation: a clerk with mugs, milk by lot and cameras by serial number. */
let here: Installation
beforeAll(async () => {
  here = await makeInstallation()
  const file = join(here.folder, 'items.csv')
  await writeFile(file, 'sku,name,quantity\nMUG,Mug,10\n')
  await here.run(['import', 'items', file])
  await here.run(['item', 'create', 'MILK', '--name', 'Milk', '--tracking', 'lot'])
  await here.run(['item', 'create', 'CAM', '--name', 'Camera', '--tracking', 'serial'])
  await here.run(['location', 'create', 'EAST', '--name', 'East'])
  await stock('valuation', '--currency', 'EUR')
})
afterAll(() => here.remove())

const stock = (...args: string[]) => here.run(['stock', ...args])
const idOf = async (name: string, ...args: string[]) => String(lastJson(await stock(...args, '--json'))[name])

test('what arrives lands on lots and by serial number', async () => {
  const create = ['inbound', 'create', 'MILK=10', 'CAM=3', '--location', 'MAIN']
  const id = await idOf('inboundId', ...create, '--unit-cost', 'MILK=1.00', 'CAM=40')
  expect(await stock('inbound', 'receive', id, '--all')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('tracked by'),
  })
  const lots = ['MILK@L1=6', 'MILK@L2=4', '--expires', 'MILK@L1=2030-01-31', 'MILK@L2=2030-02-28']
  const units = ['--serial', 'CAM=S1', 'CAM=S2', '--damaged-serial', 'CAM=S3']
  expect((await stock('inbound', 'receive', id, ...lots, ...units)).stdout).toContain(
    'CAM: 3 expected, 3 received, 1 of them damaged',
  )
  expect((await stock('valuation', '--sku', 'CAM')).stdout).toContain('120.0000')
  expect(
    await stock('inbound', 'create', 'MILK=1', '--location', 'MAIN', '--unit-cost', 'CUP=1'),
  ).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('"CUP" has a cost and is on no line'),
  })
})

test('what goes from place to place keeps its lot and its serial numbers', async () => {
  const create = ['transfer', 'create', 'MILK@L1=2', 'MILK@L2=1', 'CAM=2', '--from', 'MAIN', '--to', 'EAST']
  const id = await idOf('transferId', ...create)
  expect(await stock('transfer', 'dispatch', id)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('The item "CAM" is tracked by serial number'),
  })
  const sent = await stock('transfer', 'dispatch', id, '--serial', 'CAM=S1', 'CAM=S2')
  expect(sent.stdout).toContain('MILK of lot L1: 2 requested, 2 dispatched')
  expect(sent.stdout).toContain('S1 in transit, S2 in transit')
  expect(await stock('transfer', 'receive', id, 'MILK=1')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('write it as MILK@LOT'),
  })
  expect((await stock('transfer', 'receive', id, 'MILK@L2=1', '--serial', 'CAM=S2')).stdout).toContain(
    'S1 in transit, S2 received',
  )
  const rest = await stock(
    'transfer',
    'receive',
    id,
    '--all',
    '--lost-serial',
    'CAM=S1',
    '--reason',
    'stolen',
  )
  expect(rest.stdout).toContain('closed')
  expect(rest.stdout).toContain('S1 lost, S2 received')
  const back = await stock('transfer', 'move', 'CAM', '1', 'EAST', 'MAIN', '--serial', 'S2')
  expect(back.stdout).toContain('Moved 1 of CAM from EAST to MAIN')
})

test('a count sheet lists each lot, names what is missing, and says what that is worth', async () => {
  const id = await idOf(
    'countId',
    'count-sheet',
    'start',
    '--location',
    'MAIN',
    '--sku',
    'CAM',
    '--sku',
    'MILK',
  )
  expect((await stock('count-sheet', 'show', id)).stdout).toContain('expected: S2, S3')
  const figures = ['MILK@L1=4', 'MILK@L2=2', '--serial', 'CAM=S2']
  expect((await stock('count-sheet', 'enter', id, ...figures, '--counter', 'Ann')).stdout).toContain(
    'Written down: 3 lines',
  )
  const shown = (await stock('count-sheet', 'show', id, '--method', 'fifo')).stdout
  expect(shown).toContain('The differences come to −41.0000 EUR.')
  expect(shown).toContain('CAM: 1 counted by Ann, 2 by the ledger then, -1 worth −40.0000\n    missing: S3')
  expect(shown).toContain('MILK of lot L2: 2 counted by Ann, 3 by the ledger then, -1 worth −1.0000')
  await stock('count-sheet', 'approve', id, '--approver', 'Bob')
  expect((await stock('count-sheet', 'post', id)).stdout).toContain('posted')
  expect((await stock('serial', 'show', 'S3')).stdout).toContain('removed')
})

test('a lot that nobody has heard of is counted in by its own word, and counted again by itself', async () => {
  const id = await idOf('countId', 'count-sheet', 'start', '--location', 'MAIN', '--sku', 'MILK')
  const enter = (...rest: string[]) => stock('count-sheet', 'enter', id, ...rest, '--counter', 'Ann')
  expect((await enter('MILK@L9=4', '--expires', 'MILK@L9=2027-01-31')).stderr).toContain(
    'Say that it is a new lot, as --new-lot MILK@L9.',
  )
  expect((await enter('MILK@L1=4', '--new-lot', 'MILK@L9')).stderr).toContain('as SKU@LOT=QUANTITY')
  const told = ['--new-lot', 'MILK@L9', '--expires', 'MILK@L9=2027-01-31']
  expect((await enter('MILK@L9=4', ...told)).stdout).toContain('Written down: 1 lines')
  expect((await stock('count-sheet', 'show', id)).stdout).toContain('MILK of new lot L9: 4 counted by Ann')
  await stock('count-sheet', 'recount', id, 'MILK@L9')
  await enter('MILK@L9=3')
  await stock('count-sheet', 'approve', id, '--approver', 'Bob', '--leave-uncounted')
  expect((await stock('count-sheet', 'post', id)).stdout).toContain('posted')
  expect((await stock('count-sheet', 'show', id)).stdout).toContain(
    'MILK of lot L9: 3 counted by Ann in round 2, 0 by the ledger then, +3',
  )
  expect((await stock('lot', 'show', 'MILK', 'L9')).stdout).toContain('2027-01-31')
})
