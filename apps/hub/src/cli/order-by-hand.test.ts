import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type Installation, makeInstallation } from '../testing/cli-database.ts'
import { lastJson } from '../testing/run-cli.ts'

// Each test is many commands.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 })

let here: Installation
beforeAll(async () => {
  here = await makeInstallation()
  await here.run([
    'import',
    'items',
    await written('items.csv', 'sku,name,quantity\nMUG,Mug,20\nTRAY,Tray,3\n'),
  ])
})
afterAll(() => here.remove())

async function written(name: string, content: string): Promise<string> {
  const file = join(here.folder, name)
  await writeFile(file, content)
  return file
}
const order = (...args: string[]) => here.run(['order', ...args])

test('an order is made from lines or a file, changed at its version, and cancelled', async () => {
  const made = await order(
    'create',
    '--line',
    'MUG=2',
    '--line',
    'TRAY=1',
    '--kind',
    'b2b',
    '--reference',
    'PO-7',
    '--key',
    'a',
  )
  expect(made).toMatchObject({ code: 0 })
  expect(made.stdout).toContain('H-1001 (by-hand) open')
  expect(
    (
      await order(
        'create',
        '--line',
        'MUG=2',
        '--line',
        'TRAY=1',
        '--kind',
        'b2b',
        '--reference',
        'PO-7',
        '--key',
        'a',
      )
    ).stdout,
  ).toContain('H-1001')
  expect(await order('create', '--line', 'TRAY=9')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('TRAY: 7 of 9 are not free'),
  })
  const waits = await order('create', '--line', 'TRAY=9', '--backorder')
  expect(waits.stdout).toContain('waits: 7 of TRAY, 1st of 1 in line for TRAY')
  const file = await written(
    'order.json',
    JSON.stringify({ kind: 'sample', number: 'S-1', lines: [{ sku: 'MUG', quantity: 1 }] }),
  )
  const { lines, version } = lastJson(await order('create', '--file', file, '--json')) as {
    lines: { lineId: string }[]
    version: number
  }
  const change = await written(
    'change.json',
    JSON.stringify({ lines: [{ lineId: lines[0]?.lineId, quantity: 4 }] }),
  )
  expect((await order('change', 'S-1', '--file', change, '--if-version', String(version))).stdout).toContain(
    '4 ordered',
  )
  expect((await order('change', 'S-1', '--file', change, '--if-version', String(version))).code).toBe(2)
  expect((await order('cancel', 'S-1', '--note', 'no more wanted')).stdout).toContain(
    'S-1 (by-hand) cancelled',
  )
  for (const wrong of [['--line', 'MUG'], ['--file', file, '--line', 'MUG=1'], []])
    expect((await order('create', ...wrong)).code).not.toBe(0)
})

test('a file of orders is tried first, then made once', async () => {
  const file = await written(
    'orders.csv',
    'order,sku,quantity,kind\nW-1,MUG,1,b2b\nW-1,TRAY,1,\nW-2,MUG,2,\n',
  )
  const trial = await here.run(['import', 'orders', file, '--dry-run'])
  expect(trial.stdout).toContain('2 of them wrong')
  expect((await order('list', '--search', 'W-')).stdout).toContain('There is none.')
  const good = await here.run(['import', 'orders', file, '--mode', 'good-rows'])
  expect(good.stdout).toContain('1 rows applied')
  expect((await order('list', '--search', 'W-')).stdout).toContain('W-2 (by-hand) open')
})

test('who comes first is said, and shown', async () => {
  expect((await order('allocation')).stdout).toContain('Who placed first')
  const said = await order('allocation', '--rule', 'channel-priority', '--channel', 'by-hand')
  expect(said.stdout).toContain('1. by-hand')
  expect((await order('allocation', '--channel', 'by-hand')).code).toBe(2)
})
