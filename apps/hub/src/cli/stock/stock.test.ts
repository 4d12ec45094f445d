import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type Installation, makeInstallation } from '../../testing/cli-database.ts'
import { lastJson } from '../../testing/run-cli.ts'

// Each test is many commands.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

/** One story on one installation: a clerk with ten mugs and no hub that runs. */
let here: Installation
beforeAll(async () => {
  here = await makeInstallation()
  const file = join(here.folder, 'items.csv')
  await writeFile(file, 'sku,name,quantity\nMUG,Mug,10\n')
  await here.run(['import', 'items', file])
})
afterAll(() => here.remove())

const stock = (...args: string[]) => here.run(['stock', ...args])
async function movements(): Promise<number> {
  const found = await sql<{ rows: number }>`select count(*) as rows from movement`.execute(
    here.database.kysely,
  )
  return found.rows[0]?.rows ?? -1
}

test('each subcommand says in a sentence what it did', async () => {
  expect(await stock('receive', 'MUG', '5')).toEqual({
    code: 0,
    stdout: 'Received 5 of MUG at MAIN: on hand 15, reserved 0, held 0, available 15.\n',
    stderr: '',
  })
  const said = async (...args: string[]) => (await stock(...args)).stdout
  expect(await said('adjust', 'MUG', '-3', '--reason', 'broken')).toContain('by -3: on hand 12,')
  expect(await said('hold', 'MUG', '2', 'MAIN')).toContain(
    'Held 2 of MUG at MAIN: on hand 12, reserved 0, held 2',
  )
  expect(await said('unhold', '--sku', 'MUG', '1')).toContain('held 1, available 11.')
  expect(await said('count', '--sku', 'MUG', '--quantity', '20', '--location', 'MAIN')).toContain(
    'on hand 20,',
  )
})

test('a quantity may be of a unit of the item; what was done is said in base units', async () => {
  expect(await here.run(['item', 'change', 'MUG', '--unit', 'case=12'])).toMatchObject({
    code: 0,
  })
  expect((await stock('receive', 'MUG', '0.5', '--unit', 'case')).stdout).toContain(
    'Received 6 of MUG at MAIN: on hand 26,',
  )
  expect((await stock('count', 'MUG', '20')).stdout).toContain('on hand 20,')
  expect(await stock('receive', 'MUG', '0.3', '--unit', 'case')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('0.3 case of 12'),
  })
})

test('what units cost is said when they are received, and shows in the valuation', async () => {
  const receive = (cost: string) => stock('receive', 'MUG', '2', '--unit-cost', cost)
  expect(await receive('12.5')).toMatchObject({ code: 2, stderr: expect.stringContaining('--currency EUR') })
  await stock('valuation', '--currency', 'EUR')
  expect(await receive('12.50001')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('four decimals at most'),
  })
  expect((await receive('12.5')).stdout).toContain('on hand 22,')
  expect((await stock('valuation', '--sku', 'MUG', '--method', 'fifo')).stdout).toContain('25.0000')
  expect((await stock('adjust', 'MUG', '-2', '--reason', 'broken')).stdout).toContain('on hand 20,')
})

test('what is reserved is shown, and given back by the id that it was given', async () => {
  const { reservationId } = lastJson(await stock('reserve', 'MUG', '4', '--json'))
  const shown = (await stock('show', 'MUG')).stdout
  expect(shown).toContain('on hand 20, reserved 4, held 1, available 15')
  expect(shown).toContain(`${reservationId}  4 at MAIN`)
  expect((await stock('release', String(reservationId), '3')).stdout).toContain('Released 3 of MUG at MAIN')
  expect(await stock('release', String(reservationId), '2', '--json')).toMatchObject({ code: 2 })
  expect(lastJson(await stock('show', 'MUG', '--json'))).toMatchObject({
    sku: 'MUG',
    reserved: 1,
    balances: [{ locationCode: 'MAIN', reserved: 1 }],
    reservations: { rows: [{ reservationId, open: 1, ownerKind: 'api' }], next: null },
  })
})

test('I3: a command given twice under one key counts once, and says so', async () => {
  const args = ['receive', 'MUG', '7', '--key', 'delivery 12']
  const first = lastJson(await stock(...args, '--json'))
  const before = await movements()
  const again = await stock(...args)
  expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining('Applied before under this key') })
  expect(lastJson(await stock(...args, '--json'))).toEqual({ ...first, kind: 'repeated' })
  expect(await stock('receive', 'MUG', '8', '--key', 'delivery 12')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('The key "delivery 12" was used for another command.'),
  })
  expect(await movements()).toBe(before)
})

test('when it happened and why stand in the movement', async () => {
  const instant = '2026-03-01T18:00:00+08:00'
  await stock('receive', 'MUG', '1', '--effective-at', instant, '--reason', 'found behind the shelf')
  const found = await sql<{ effectiveAt: Date; reason: string; actor: string }>`
    select effective_at, reason, actor from movement order by movement_id desc limit 1`.execute(
    here.database.kysely,
  )
  expect(found.rows).toEqual([
    { effectiveAt: new Date('2026-03-01T10:00:00Z'), reason: 'found behind the shelf', actor: 'cli' },
  ])
})

test.each([
  ['half a unit', ['receive', 'MUG', '1.5'], '1.5 is not a whole number of base units.'],
  ['less than nothing', ['receive', 'MUG', '-1'], 'Give a quantity of at least 1.'],
  ['an unknown SKU', ['receive', 'TEAPOT', '1'], 'There is no item with the SKU "TEAPOT".'],
  ['an unknown location', ['receive', 'MUG', '1', 'MOON'], 'There is no location with the code "MOON".'],
  ['a reservation that is none', ['release', '7', '1'], 'Use the id that the reservation was given.'],
  ['an item that is none', ['show', 'TEAPOT'], 'Check the spelling, or import the item first.'],
])('%s ends with 2 and the cure, and nothing moves', async (_what, args, said) => {
  const before = await movements()
  const { code, stdout, stderr } = await stock(...args)
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toContain(said)
  expect(await movements()).toBe(before)
})

test('a refusal has its code and field for scripts', async () => {
  const refused = await stock('reserve', 'MUG', '100000', '--json')
  expect(lastJson(refused)).toMatchObject({ exitCode: 2, code: 'insufficient-stock', field: 'quantity' })
})

test('where there are several locations, the one that is meant must be named', async () => {
  const { database } = here
  const organization = await sql<{
    organizationId: string
  }>`select organization_id from organization`.execute(database.kysely)
  const organizationId = organization.rows[0]?.organizationId ?? ''
  await sql`insert into location (organization_id, location_id, code, name, kind, created_at)
    values (${organizationId}, gen_random_uuid(), 'EAST', 'East', 'warehouse', now())`.execute(
    database.kysely,
  )
  expect(await stock('receive', 'MUG', '1')).toMatchObject({
    code: 2,
    stderr: 'plimsoll: Name the location with --location CODE. Yours are: EAST, MAIN.\n',
  })
  expect(await stock('receive', 'MUG', '1', '--location', 'EAST')).toMatchObject({ code: 0 })
})
