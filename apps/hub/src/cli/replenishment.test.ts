import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type Installation, makeInstallation } from '../testing/cli-database.ts'
import { lastJson } from '../testing/run-cli.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 })

let here: Installation
beforeAll(async () => {
  here = await makeInstallation()
  await here.run([
    'location',
    'create',
    'MAIN',
    '--name',
    'Shenzhen',
    '--kind',
    'warehouse',
    '--country',
    'CN',
  ])
  await here.run([
    'location',
    'create',
    'FBA',
    '--name',
    'FBA US',
    '--kind',
    'marketplace-fulfilled',
    '--country',
    'US',
  ])
  await here.run(['item', 'create', 'MUG', '--name', 'Enamel mug'])
  await here.run(['stock', 'receive', 'MUG', '500', 'MAIN'])
  await here.run(['stock', 'receive', 'MUG', '40', 'FBA'])
})
afterAll(() => here.remove())

const replenishment = (...args: string[]) => here.run(['replenishment', ...args])

type Listed = { rows: { sku: string; location: string; suggestion: { id: string; units: number } | null }[] }
const list = async (...args: string[]) => lastJson(await replenishment('list', ...args, '--json')) as Listed

test('from nothing planned to a draft on its way: list, set, plan, explain, accept, export', async () => {
  expect((await replenishment('list')).stdout).toContain('Nothing has been planned yet')
  expect((await replenishment('settings')).stdout).toBe('Nothing is set: the defaults hold.\n')
  expect((await replenishment('plan')).stdout).toBe(
    'FBA  unknown: 1 items, 0 suggested\nMAIN  unknown: 1 items, 0 suggested\n',
  )
  expect((await replenishment('list')).stdout).toContain(
    'MUG at FBA: unknown; 40 available, 0 incoming, not enough history',
  )
  const set = ['--sku', 'MUG', '--location', 'FBA', 'expectedPerDay=4', 'packUnits=24', 'transferLeadDays=40']
  expect((await replenishment('set', ...set)).stdout).toBe(
    'MUG at FBA: transferLeadDays=40 packUnits=24 expectedPerDay=4\n',
  )
  // z · √(47 · 4 + (4 · 7)²) = 51.3; 160 + 52 = 212; 212 + 28 = 240; 200 missing, 8 cartons.
  const [row] = (await list('--suggested', '--location', 'FBA')).rows
  expect(row).toMatchObject({
    sku: 'MUG',
    location: 'FBA',
    suggestion: { kind: 'transfer', from: 'MAIN', units: 192 },
  })
  const { stdout } = await replenishment('explain', 'MUG', 'FBA')
  expect(stdout).toContain('Demand 4.00 a day is what somebody expects')
  expect(stdout).toContain('reorder point 212 = 160 over the lead time + 52 safety stock, order up to 240')
  expect(stdout).toContain('Wanted 192: transfer 192 from MAIN')
  expect(stdout).toContain('  packUnits 24  (item-at-location)')
  expect(await replenishment('explain', 'MUG', 'NOWHERE')).toMatchObject({ code: 2 })

  const id = row?.suggestion?.id ?? ''
  const accepted = await replenishment('accept', `${id}=96`, '--key', 'monday')
  expect(accepted.stdout).toMatch(/^Draft \S+ from MAIN to FBA: 96 × MUG\n$/)
  expect((await replenishment('accept', `${id}=96`, '--key', 'monday')).stdout).toContain(
    'Done before under this key',
  )
  expect(await replenishment('accept', id)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('no longer what is suggested'),
  })
  const [after] = (await list('--location', 'FBA')).rows
  expect(after).toMatchObject({ incoming: 96, wanted: 96, suggestion: { units: 96 } })

  const file = join(here.folder, 'replenishment.csv')
  await here.run(['export', 'replenishment', '--to', file])
  const [header, first] = readFileSync(file, 'utf8').split(/\r?\n/)
  expect(header).toContain(
    'sku,name,location,urgency,available,incoming,demand per day,days of cover,runs out on',
  )
  expect(first).toContain('MUG,Enamel mug,FBA,late,40,96,4.000,10.0,')
})

test('days are left out and count again; what is wrong is refused by its field', async () => {
  const out = await replenishment(
    'leave-out',
    '2026-11-11',
    '2026-11-12',
    '--reason',
    'Singles’ Day',
    '--location',
    'FBA',
  )
  const [, id = ''] =
    /left out, at FBA: 2026-11-11 to 2026-11-12, Singles’ Day {2}\((\S+)\)/.exec(out.stdout) ?? []
  expect((await replenishment('count-again', id)).stdout).not.toContain('left out')
  expect(await replenishment('count-again', id)).toMatchObject({ code: 2 })
  const wrong: [string[], string][] = [
    [['set', 'colour=red'], 'FIELD=VALUE'],
    [['set', 'reviewDays=-1'], 'reviewDays'],
    [['set', 'servicePercent=100'], 'servicePercent'],
    [['set', 'packUnits=1.5'], 'packUnits'],
    [['set', 'source=NOWHERE'], 'There is no location with the code "NOWHERE"'],
    [['set', '--sku', 'NONE', 'packUnits=2'], 'There is no item with the SKU "NONE"'],
    [['leave-out', '2026-11-12', '2026-11-11', '--reason', 'x'], 'before they begin'],
    [['list', '--urgency', 'panic'], '"panic" is none of'],
    [['accept', 'a=0'], 'ID=UNITS'],
  ]
  for (const [args, says] of wrong) {
    expect(await replenishment(...args), args.join(' ')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(says),
    })
  }
})
