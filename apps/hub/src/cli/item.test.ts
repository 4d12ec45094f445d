import { catalogueItem, foundCode } from '@plimsoll/client'
import { inTransaction } from '@plimsoll/database'
import { saveCustomField, saveProducts } from '@plimsoll/stock'
import { sql } from 'kysely'
import { v7 as uuidv7 } from 'uuid'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type Installation, makeInstallation } from '../testing/cli-database.ts'
import { lastJson } from '../testing/run-cli.ts'

// Each test is many commands.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

/** One story on one installation, without a hub that runs. */
let here: Installation
beforeAll(async () => {
  here = await makeInstallation()
})
afterAll(() => here.remove())

const run = (...args: string[]) => here.run(['item', ...args])

test('create: an item with units, barcodes and a Chinese name; show says the same', async () => {
  const made = await run(
    ...['create', 'TEA', '--name', 'Green tea', '--name-in', 'zh-CN=绿茶', '--base-unit', 'tin'],
    ...['--unit', 'case=12', '--unit', 'pallet=480:down', '--tracking', 'lot'],
    ...['--barcode', '4006381333931', '--unit-barcode', 'case=10614141000415', '--text-barcode', '12345678'],
  )
  expect(made).toEqual({
    code: 0,
    stderr: '',
    stdout: `TEA  Green tea
  names     zh-CN: 绿茶
  tracking  lot
  units     tin, case of 12 tin, pallet of 480 tin (rounds down)
  barcodes  4006381333931, 12345678, 10614141000415 (case)
  version   1
`,
  })
  expect((await run('show', 'TEA')).stdout).toBe(made.stdout)
  expect(catalogueItem.parse(lastJson(await run('show', 'TEA', '--json')))).toMatchObject({ version: 1 })
})

test('create: what is there already, or has no name, is refused with the cure', async () => {
  expect(await run('create', 'TEA', '--name', 'x')).toEqual({
    code: 2,
    stdout: '',
    stderr:
      'plimsoll: There is an item with the SKU "TEA" already. Choose another SKU, or change the item that has it.\n',
  })
  expect(await run('create', 'MUG')).toMatchObject({
    code: 2,
    stderr: 'plimsoll: A new item needs a name; give it with --name.\n',
  })
})

test('change: what is not named is left alone, and a version that is gone changes nothing', async () => {
  const changed = await run(
    ...['change', 'TEA', '--unit', 'case=10', '--remove-barcode', '12345678', '--name-in', 'zh-CN='],
    ...['--if-version', '1', '--json'],
  )
  expect(lastJson(changed)).toMatchObject({
    name: 'Green tea',
    names: {},
    units: [{ code: 'case', factor: 10 }, { code: 'pallet' }],
    barcodes: [{ barcode: '4006381333931' }, { barcode: '10614141000415', unit: 'case' }],
    version: 2,
  })
  expect(await run('change', 'TEA', '--name', 'x', '--if-version', '1')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('The item "TEA" is at version 2, not 1.'),
  })
  const digit = await run('change', 'TEA', '--barcode', '4006381333932', '--json')
  expect(digit.code).toBe(2)
  expect(lastJson(digit)).toMatchObject({ code: 'barcode-check-digit', field: 'barcodes', exitCode: 2 })
  expect(await run('change', 'TEA', '--remove-unit', 'case')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('The barcode "10614141000415" is of the unit "case".'),
  })
  expect(lastJson(await run('show', 'TEA', '--json'))).toMatchObject({ version: 2 })
})

test('change: custom fields are read by their type, variants by the options of their product', async () => {
  const found = await sql<{ organizationId: string }>`select organization_id from organization`.execute(
    here.database.kysely,
  )
  const organizationId = found.rows[0]?.organizationId ?? ''
  const context = { organizationId, uuid: () => uuidv7(), now: () => new Date(0), actor: 'test' }
  await inTransaction(here.database, async (tx) => {
    await saveCustomField(tx, context, { key: 'grams', type: 'number', name: 'Grams' })
    await saveCustomField(tx, context, { key: 'organic', type: 'boolean', name: 'Organic' })
    await saveProducts(tx, context, [{ code: 'TEAS', name: 'Teas', optionNames: ['size'] }])
  })
  const changed = await run(
    ...['change', 'TEA', '--custom', 'grams=62.5', '--custom', 'organic=true'],
    ...['--product', 'TEAS', '--option', 'size=S', '--json'],
  )
  expect(lastJson(changed)).toMatchObject({
    custom: { grams: 62.5, organic: true },
    product: 'TEAS',
    options: { size: 'S' },
  })
  expect(await run('change', 'TEA', '--custom', 'grams=many')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('"many" is not a number, as custom.grams is.'),
  })
  const taken = await run('change', 'TEA', '--custom', 'grams=', '--no-product', '--json')
  expect(lastJson(taken)).toMatchObject({ custom: { organic: true }, product: null, options: {} })
})

test('lookup: a code is an item and so many base units, or nothing', async () => {
  expect((await run('lookup', '10614141000415')).stdout).toBe(
    'TEA  Green tea\n  found by its barcode: 1 case = 10 tin\n',
  )
  expect(foundCode.parse(lastJson(await run('lookup', '04006381333931', '--json')))).toMatchObject({
    unit: 'tin',
    factor: 1,
  })
  expect(await run('lookup', 'nothing')).toMatchObject({
    code: 2,
    stderr:
      'plimsoll: No item has the SKU or barcode "nothing". Scan it again, or give it to an item as a barcode.\n',
  })
})

test('archive and restore: out of use, and back', async () => {
  expect(await run('archive', 'TEA')).toEqual({
    code: 0,
    stderr: '',
    stdout: '"TEA" is archived. plimsoll item restore takes it into use again.\n',
  })
  expect((await run('lookup', 'TEA')).stdout).toContain('the item is archived')
  expect(lastJson(await run('restore', 'TEA', '--json'))).toMatchObject({ archivedAt: null })
  expect(await run('archive', 'NONE')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('There is no item with the SKU "NONE".'),
  })
})
