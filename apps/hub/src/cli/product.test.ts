import { customFieldList, productDetail, productPage } from '@plimsoll/client'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type Installation, makeInstallation } from '../testing/cli-database.ts'
import { lastJson } from '../testing/run-cli.ts'

// Each test is many commands.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 60_000 })

/** One story on one installation, without a hub that runs. */
let here: Installation
beforeAll(async () => {
  here = await makeInstallation()
  await here.run(['item', 'create', 'TEE-M', '--name', 'Shirt M'])
  await here.run(['item', 'create', 'TEE-L', '--name', 'Shirt L'])
})
afterAll(() => here.remove())

const product = (...args: string[]) => here.run(['product', ...args])
const field = (...args: string[]) => here.run(['item', 'field', ...args])

test('a product is made, gets variants, is changed, listed and shown', async () => {
  const made = await product(
    ...['create', 'TEE', '--name', 'Shirt', '--name-in', 'zh-CN=T恤', '--option-name', 'size'],
  )
  expect(made).toEqual({
    code: 0,
    stderr: '',
    stdout: 'TEE  Shirt\n  names    zh-CN: T恤\n  options  size\n  version  1\n',
  })
  await product('add-variant', 'TEE', 'TEE-M', '--option', 'size=M')
  const both = await product('add-variant', 'TEE', 'TEE-L', '--option', 'size=L')
  expect(both.stdout).toContain('variants\n  TEE-L  Shirt L: size L\n  TEE-M  Shirt M: size M\n')

  const changed = await product('change', 'TEE', '--name', 'T-shirt', '--if-version', '1', '--json')
  expect(productDetail.parse(lastJson(changed))).toMatchObject({
    name: 'T-shirt',
    names: { 'zh-CN': 'T恤' },
    optionNames: ['size'],
    version: 2,
  })
  await product('create', 'CAP', '--name', 'Cap')
  expect((await product('list')).stdout).toBe('CAP  Cap: 0 in use\nTEE  T-shirt: 2 in use\n')
  expect(productPage.parse(lastJson(await product('list', '--limit', '1', '--json')))).toMatchObject({
    rows: [{ code: 'CAP' }],
    next: 'CAP',
  })
  expect((await product('list', '--limit', '1')).stdout).toContain('… and more: --after CAP\n')
  expect((await product('list', '--after', 'CAP')).stdout).toBe('TEE  T-shirt: 2 in use\n')
  expect((await product('remove', 'CAP')).stdout).toBe('The product "CAP" is gone.\n')
})

test('what is wrong with a product is said with its cure, and nothing is changed', async () => {
  const refused: [args: string[], says: string][] = [
    [['create', 'TEE', '--name', 'x'], 'There is a product with the code "TEE" already.'],
    [['create', 'BAG'], 'A new product needs a name; give it with --name.'],
    [['change', 'TEE', '--name', 'x', '--if-version', '1'], 'version'],
    [['add-variant', 'TEE', 'TEE-L', '--option', 'size=M'], 'TEE-M'],
    [['show', 'BAG'], 'There is no product with the code "BAG".'],
    [['remove', 'TEE'], 'is a variant of "TEE".'],
  ]
  for (const [args, says] of refused) {
    const ended = await product(...args)
    expect(ended, args.join(' ')).toMatchObject({ code: 2, stdout: '' })
    expect(ended.stderr, args.join(' ')).toContain(says)
  }
  expect(lastJson(await product('show', 'TEE', '--json'))).toMatchObject({ name: 'T-shirt', version: 2 })
})

test('custom fields are defined, renamed, given to items, shown and taken away', async () => {
  expect((await field('show')).stdout).toBe('There are no custom fields yet.\n')
  expect((await field('set', 'grams', '--type', 'number', '--name', 'Weight')).stdout).toBe(
    'Made: grams  number, Weight\n',
  )
  expect((await field('set', 'grams', '--name', 'Net weight')).stdout).toBe(
    'Kept: grams  number, Net weight\n',
  )
  await field('set', 'origin', '--type', 'string')
  expect(customFieldList.parse(lastJson(await field('show', '--json'))).rows).toEqual([
    { key: 'grams', type: 'number', name: 'Net weight' },
    { key: 'origin', type: 'string', name: 'origin' },
  ])
  expect((await field('show', 'origin')).stdout).toBe('origin  string\n')

  const worn = await here.run(['item', 'change', 'TEE-M', '--custom', 'grams=180', '--json'])
  expect(lastJson(worn)).toMatchObject({ custom: { grams: 180 } })
  const refused: [args: string[], says: string][] = [
    [['unset', 'grams'], 'TEE-M'],
    [['show', 'colour'], 'There is no custom field "colour". plimsoll item field show lists all of them.'],
    [['set', 'colour'], 'say of what type it is with --type string, number or boolean.'],
    [['set', 'Bad key', '--type', 'string'], '"Bad key" is no key:'],
  ]
  for (const [args, says] of refused) {
    const ended = await field(...args)
    expect(ended, args.join(' ')).toMatchObject({ code: 2, stdout: '' })
    expect(ended.stderr, args.join(' ')).toContain(says)
  }
  await here.run(['item', 'change', 'TEE-M', '--custom', 'grams='])
  expect((await field('unset', 'grams')).stdout).toBe('The field "grams" is gone.\n')
})
