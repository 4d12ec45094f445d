import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type Installation, makeInstallation } from '../testing/cli-database.ts'
import { lastJson } from '../testing/run-cli.ts'

// Each test is many commands.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 })

let here: Installation
beforeAll(async () => {
  here = await makeInstallation()
  const file = join(here.folder, 'items.csv')
  await writeFile(
    file,
    'sku,name,quantity\nMUG,Mug,50\nTRAY,Tray,9\nA=B,Odd,\nPAIR,Pair,\nPARTY,Party,\nHAMPER,Hamper,\n',
  )
  await here.run(['import', 'items', file])
})
afterAll(() => here.remove())

const kit = (...args: string[]) => here.run(['kit', ...args])

test('a kit is set, shown with what it comes down to and is used in, and removed', async () => {
  expect(await kit('set', 'PAIR', '--component', 'MUG=2', '--component', 'A=B=1')).toEqual({
    code: 0,
    stdout: 'PAIR  Pair\nvirtual kit, version 1\n  1 × A=B  Odd\n  2 × MUG  Mug\n',
    stderr: '',
  })
  await kit('set', 'PAIR', '--component', 'MUG=2')
  const party = await kit(
    'set',
    'PARTY',
    '--component',
    'PAIR=3',
    '--component',
    'TRAY=1',
    '--reason',
    'spring',
  )
  expect(party.stdout).toContain('comes down to\n  6 × MUG  Mug\n  1 × TRAY  Tray\n')
  expect((await kit('show', 'MUG')).stdout).toContain(
    'used in\n  PAIR  Pair: 2 in each\n  PARTY  Party: 6 in each\n',
  )
  expect(lastJson(await kit('show', 'PARTY', '--json'))).toMatchObject({
    kind: 'virtual',
    version: 1,
    parts: [
      { sku: 'MUG', quantity: 6 },
      { sku: 'TRAY', quantity: 1 },
    ],
    history: [{ actor: 'cli', reason: 'spring' }],
    usedIn: { rows: [], next: null },
  })
  expect((await here.run(['explain', 'PARTY'])).stdout).toContain('its components allow 8')

  expect((await kit('set', 'PAIR', '--component', 'MUG=2')).stdout).toContain('nothing was changed')
  expect(lastJson(await kit('remove', 'PARTY', '--json'))).toMatchObject({
    kind: 'none',
    version: 2,
    isChanged: true,
  })
})

test('what is wrong is said with its cure, and nothing is changed', async () => {
  await kit('set', 'PARTY', '--component', 'PAIR=3')
  expect(await kit('set', 'PAIR', '--component', 'PARTY=1')).toEqual({
    code: 2,
    stdout: '',
    stderr:
      'plimsoll: A kit cannot contain itself: PAIR → PARTY → PAIR. Take the kit out of its own components.\n',
  })
  expect(lastJson(await kit('set', 'PAIR', '--component', 'NONE=1', '--json'))).toMatchObject({
    code: 'unknown-component',
    field: 'components.0.sku',
    exitCode: 2,
  })
  const wrong = [
    ['set', 'PAIR', '--component', 'MUG'],
    ['set', 'PAIR', '--component', 'MUG=1', '--assembled', '--virtual'],
    ['set', 'PAIR', '--component', 'MUG=1', '--if-version', '99'],
    ['show', 'NONE'],
  ]
  for (const args of wrong) expect(await kit(...args), args.join(' ')).toMatchObject({ code: 2, stdout: '' })
  expect(lastJson(await kit('show', 'PAIR', '--json'))).toMatchObject({
    version: 2,
    components: [{ sku: 'MUG' }],
  })
})

test('a reservation of a kit is given up, shipped and taken back in kits', async () => {
  await kit('set', 'PAIR', '--component', 'MUG=2', '--component', 'TRAY=1')
  const reserved = lastJson(await here.run(['stock', 'reserve', 'PAIR', '4', '--json']))
  const id = String(reserved.reservationId)
  await here.run(['stock', 'ship', id, '2'])
  await here.run(['stock', 'return', id, '1'])
  const released = (await here.run(['stock', 'release', id, '1'])).stdout
  expect(released).toContain('Released 1 of PAIR at MAIN: on hand 8, reserved 1,')
  expect(released).toContain(
    'Of the reservation: 4 reserved, 1 released, 2 shipped, 1 returned, 1 open.\n  of part ',
  )
  expect(released).toContain('  of part MUG: 8 reserved, 2 released, 4 shipped, 2 returned, 2 open\n')
  await here.run(['stock', 'release', id, '1'])
  await here.run(['stock', 'return', id, '1'])
  await kit('set', 'PAIR', '--component', 'MUG=2')
})

test('an assembled kit stays one, is put together and taken apart', async () => {
  await kit('set', 'HAMPER', '--assembled', '--component', 'PAIR=1')
  const again = await kit('set', 'HAMPER', '--component', 'PAIR=1', '--component', 'TRAY=1')
  expect(again.stdout).toContain('assembled kit, version 2')
  const together = (await here.run(['stock', 'assemble', 'HAMPER', '4'])).stdout
  expect(together).toContain('Assembled 4 of HAMPER at MAIN: on hand 4,')
  expect(together).toContain('  took 8 of MUG, 42 available now\n')
  const apart = (await here.run(['stock', 'disassemble', 'HAMPER', '1'])).stdout
  expect(apart).toContain('Took apart 1 of HAMPER at MAIN: on hand 3,')
  expect(apart).toContain('  gave 2 of MUG, 44 available now\n')
  expect(apart).toContain('  gave 1 of TRAY, 6 available now\n')
  expect(await here.run(['stock', 'assemble', 'HAMPER', '40'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('Ask for at most what is available.'),
  })
})
