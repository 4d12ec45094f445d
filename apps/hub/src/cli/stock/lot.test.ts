// Lots and serial numbers on the command line: one story from receipt to recall, then what is refused and why.
import { lotDetail, lotTrace, serialLives } from '@plimsoll/client'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type Installation, makeInstallation } from '../../testing/cli-database.ts'
import { lastJson } from '../../testing/run-cli.ts'

// Each test is many commands.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 60_000 })

let here: Installation
beforeAll(async () => {
  here = await makeInstallation()
  await here.run(['item', 'create', 'MILK', '--name', 'Milk', '--tracking', 'lot'])
  await here.run(['item', 'create', 'CAM', '--name', 'Camera', '--tracking', 'serial'])
  await here.run(['item', 'create', 'MUG', '--name', 'Mug'])
  await here.run(['location', 'create', 'MAIN', '--name', 'Main', '--kind', 'warehouse'])
})
afterAll(() => here.remove())

const stock = (...args: string[]) => here.run(['stock', ...args])
const lot = (...args: string[]) => stock('lot', ...args)
const reserve = async (sku: string, units: string) =>
  String(lastJson(await stock('reserve', sku, units, '--json')).reservationId)

test('a lot is made, received, corrected, allocated, shipped, recalled and traced', async () => {
  expect((await lot('create', 'MILK', 'L1', '--expires', '2031-01-31')).stdout).toBe(
    'Made: L1  released, until 2031-01-31: on hand 0, reserved 0, held 0\n',
  )
  expect((await lot('create', 'MILK', 'L1')).stdout).toContain('It was there already: L1')
  await stock('receive', 'MILK', '4', '--lot', 'L1')
  await stock('receive', 'MILK', '6', '--lot', 'L2', '--expires', '2030-06-30')

  expect(
    (await lot('change', 'MILK', 'L2', '--no-expires', '--supplier-lot', 'S-9', '--reason', 'misread'))
      .stdout,
  ).toBe(
    `Changed: L2  released, does not expire: on hand 6, reserved 0, held 0
  last day: 2030-06-30 → none
  supplier’s lot: none → S-9
`,
  )
  expect((await lot('change', 'MILK', 'L2', '--supplier-lot', 'S-9', '--reason', 'x')).stdout).toContain(
    'It was just that already: L2',
  )
  expect((await lot('show', 'MILK', 'L2')).stdout).toContain('last day: 2030-06-30 → none, by cli: misread\n')
  expect((await lot('show', 'MILK')).stdout).toMatch(/^L1 {2}released.*\nL2 {2}released/)

  const id = await reserve('MILK', '5')
  expect((await stock('allocate', id, '5')).stdout).toContain('From L1: 4, L2: 1.')
  expect((await stock('ship', id, '2', '--from-lot', 'L2=1', 'L1=1')).stdout).toContain('From L2: 1, L1: 1.')
  const recalled = await lot('recall', 'MILK', 'L1', '--reason', 'glass in it')
  expect(recalled.stdout).toContain('Now recalled: L1')
  expect(recalled.stdout).toContain(`reservation ${id}: shipped 1, allocated 3, from MAIN\n`)
  expect((await lot('recall', 'MILK', 'L1', '--reason', 'again')).stdout).toContain('It was recalled already')
  const traced = lotTrace.parse(lastJson(await lot('trace', 'MILK', 'L1', '--json')))
  expect(traced).toMatchObject({
    lot: { status: 'recalled', balances: [{ locationCode: 'MAIN', onHand: 3, isUsable: false }] },
    ownersTotal: 1,
  })
  expect(traced.movements[0]).toMatchObject({ kind: 'ship', onHandDelta: -1, after: { onHand: 3 } })
  expect(lotDetail.parse(lastJson(await lot('show', 'MILK', 'L2', '--json'))).corrections).toHaveLength(2)
})

test('a serial number is received, shipped and its life shown', async () => {
  await stock('receive', 'CAM', '--serial', 'C1', 'C2')
  const id = await reserve('CAM', '1')
  expect(await stock('ship', id, '1')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('Name the serials, as many as there are units'),
  })
  await stock('ship', id, '--serial', 'C1')
  const life = serialLives.parse(lastJson(await stock('serial', 'show', 'C1', '--json')))
  expect(life.rows).toMatchObject([
    { sku: 'CAM', state: 'shipped', events: [{ kind: 'received' }, { kind: 'shipped', reservationId: id }] },
  ])
  expect((await stock('serial', 'show', 'C1')).stdout).toContain('shipped')
})

test('what is wrong is said with its cure, and nothing is changed', async () => {
  // What else there is to refuse is proved over HTTP: the words are the same, and each of these is a process.
  const refused: [args: string[], says: string][] = [
    [['lot', 'show', 'MILK', 'L9'], 'The item "MILK" has no lot "L9". Check the code'],
    [
      ['lot', 'create', 'MILK', 'L3', '--supplier-lot', ''],
      '"" is no supplier’s lot. Give a code of 1 to 100',
    ],
    [['lot', 'change', 'MILK', 'L2', '--reason', 'x'], 'Say what is to change: --expires DAY'],
    [['lot', 'change', 'MILK', 'L2', '--expires', '2031-01-01'], 'Say why with --reason TEXT'],
    [
      ['lot', 'change', 'MILK', 'L2', '--expires', '2027-02-30', '--reason', 'x'],
      'is no day of the calendar. Write a day as',
    ],
    [['lot', 'recall', 'MILK', 'L2'], 'Say why with --reason TEXT'],
    [['serial', 'show', 'C9'], 'No unit has the serial "C9".'],
    [['receive', 'CAM', '--serial', 'C2'], 'Check the number: this unit has come in already.'],
    [
      ['allocate', '019ad1c0-5a3b-7c11-9a3e-0d5b6d1f4c21', '1', '--from-lot', 'L2=x'],
      'Write it as --from-lot L12=3.',
    ],
  ]
  for (const [args, says] of refused) {
    const ended = await stock(...args)
    expect(ended, args.join(' ')).toMatchObject({ code: 2, stdout: '' })
    expect(ended.stderr, args.join(' ')).toContain(says)
  }
  expect(lotDetail.parse(lastJson(await lot('show', 'MILK', 'L2', '--json')))).toMatchObject({
    status: 'released',
    expiresOn: null,
    supplierLot: 'S-9',
    onHand: 5,
  })
})
