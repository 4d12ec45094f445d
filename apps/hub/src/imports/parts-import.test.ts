import { randomUUID } from 'node:crypto'
import { fromEnvironment } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { importDesk } from '../testing/import-desk.ts'
import { type ServedHub, serveHub } from '../testing/served-hub.ts'
import type { ImportContext } from './open-file.ts'

let served: ServedHub
let context: ImportContext
const desk = importDesk(() => context)
beforeAll(async () => {
  served = await serveHub()
  context = served.hub.imports.context
  const items = ['sku,name,tracking']
  for (const sku of ['BOX', 'SET', 'TEA', 'CUP', 'JAR', 'LID']) items.push(`${sku},${sku},`)
  items.push('MILK,Milk,lot', 'PHONE,Phone,serial', 'WATCH,Watch,serial')
  await desk.take('items', `${items.join('\n')}\n`)
})
afterAll(() => served.close())

const rowsOf = async (what: 'kits' | 'lots' | 'serials') => (await desk.exported(what)).rows
const count = async (table: string) =>
  (
    await sql<{ rows: number }>`select count(*) as rows from ${sql.table(table)}`.execute(
      context.database.kysely,
    )
  ).rows[0]?.rows

test('kits: rows of one kit say together what it contains, and the same file again changes nothing', async () => {
  const content = '套装,组件,用量,类型\nBOX,TEA,2,\nBOX,CUP,1,虚拟\nSET,BOX,1,assembled\nSET,JAR,3,\n'
  expect(await desk.take('kits', content, 'first')).toMatchObject({ state: 'done', applied: 4, unchanged: 0 })
  const kits = [
    ['BOX', 'virtual', 'CUP', 1],
    ['BOX', 'virtual', 'TEA', 2],
    ['SET', 'assembled', 'BOX', 1],
    ['SET', 'assembled', 'JAR', 3],
  ]
  expect(await rowsOf('kits')).toEqual(kits)
  const said = await count('kit_definition')
  expect(await desk.take('kits', content, 'second')).toMatchObject({ applied: 0, unchanged: 4 })
  expect(await desk.take('kits', await desk.file('kits', 'xlsx'))).toMatchObject({ applied: 0, unchanged: 4 })
  expect(await count('kit_definition')).toBe(said)
  expect(await rowsOf('kits')).toEqual(kits)
})

test('kits: what is wrong names row, column and code; a kit with a wrong row is left out whole, the others come', async () => {
  const content = [
    'kit,component,quantity,kind',
    'BOX,TEA,4,', // 2: goes with the next
    'BOX,NONE,1,',
    'SET,SET,1,', // 4: contains itself
    'LID,CUP,0,', // 5
    'LID,JAR,1,', // 6: goes with 5
    'JAR,CUP,1,',
    'JAR,TEA,1,virtual',
    'JAR,TEA,1,virtual', // 9: word for word
    'CUP,LID,1,virtual',
    'CUP,TEA,1,assembled', // 11
    'ZZZ,TEA,1,',
    '',
  ].join('\n')
  const checked = await desk.check('kits', content)
  expect(await desk.problems(checked)).toEqual([
    { row: 2, column: null, code: 'group-wrong' },
    { row: 3, column: 'component', code: 'unknown-component' },
    { row: 4, column: 'kit', code: 'kit-cycle' },
    { row: 5, column: 'quantity', code: 'number-out-of-range' },
    { row: 6, column: null, code: 'group-wrong' },
    { row: 9, column: null, code: 'row-repeated' },
    { row: 10, column: null, code: 'group-wrong' },
    { row: 11, column: 'kind', code: 'contradiction' },
    { row: 12, column: 'kit', code: 'unknown-sku' },
  ])
  const before = await rowsOf('kits')
  expect(await desk.apply(checked, 'good-rows')).toMatchObject({ state: 'done', applied: 3, skipped: 8 })
  expect(await rowsOf('kits')).toEqual([
    ...before.slice(0, 2),
    ['JAR', 'virtual', 'CUP', 1],
    ['JAR', 'virtual', 'TEA', 1],
    ...before.slice(2),
  ])
  await desk.take('kits', 'kit,component,quantity\nSET,BOX,1\nSET,LID,3\n')
})

test('kits: rows that do not stand together are refused from the first on, and an empty cell means the kit above', async () => {
  const apart = await desk.check('kits', 'kit,component,quantity\nLID,TEA,1\nCUP,TEA,1\nLID,JAR,1\n')
  expect(await desk.problems(apart)).toEqual([
    { row: 2, column: null, code: 'rows-apart' },
    { row: 4, column: null, code: 'rows-apart' },
  ])
  // As a merged cell leaves it: an error of its own, and the kit above is not taken without it.
  const merged = await desk.check('kits', 'kit,component,quantity\nLID,TEA,1\n,CUP,1\n')
  expect(await desk.problems(merged)).toEqual([
    { row: 2, column: null, code: 'group-wrong' },
    { row: 3, column: 'kit', code: 'cell-empty' },
  ])
  expect(await desk.apply(merged, 'good-rows')).toMatchObject({ applied: 0, skipped: 2 })
})

test('I3: any kits in any order of parts, imported in either mode, are what the file says, and stay so', async () => {
  const part = fc.record({ sku: fc.constantFrom('TEA', 'CUP'), quantity: fc.integer({ min: 1, max: 99 }) })
  const kits = fc.uniqueArray(
    fc.record({
      kit: fc.constantFrom('K-0', 'K-1', 'K-2', 'K-3'),
      kind: fc.constantFrom('virtual', 'assembled'),
      parts: fc.uniqueArray(part, { minLength: 1, maxLength: 2, selector: ({ sku }) => sku }),
    }),
    { minLength: 1, maxLength: 4, selector: ({ kit }) => kit },
  )
  await desk.take('items', `sku,name\n${[0, 1, 2, 3].map((nth) => `K-${nth},Kit`).join('\n')}\n`)
  await fc.assert(
    fc.asyncProperty(
      kits,
      fc.constantFrom('all-or-nothing' as const, 'good-rows' as const),
      async (drawn, mode) => {
        const lines = drawn.flatMap(({ kit, kind, parts }) =>
          parts.map(({ sku, quantity }) => `${kit},${kind},${sku},${quantity}`),
        )
        const content = `kit,kind,component,quantity\n${lines.join('\n')}\n`
        await desk.apply(await desk.check('kits', content), mode)
        const rows = (await rowsOf('kits')).map((row) => row.join())
        expect(rows.filter((row) => drawn.some(({ kit }) => row.startsWith(kit)))).toEqual([...lines].sort())
        expect(await desk.apply(await desk.check('kits', content), mode)).toMatchObject({
          applied: 0,
          unchanged: lines.length,
        })
      },
    ),
    fromEnvironment(15),
  )
}, 60_000)

test('lots: made, completed with a status, and refused where they are another lot', async () => {
  const content = 'sku,lot,expires on,status\nMILK,L1,2030-01-31,\nMILK,L2,2030-02-28,隔离\nMILK,L3,,\n'
  expect(await desk.take('lots', content)).toMatchObject({ state: 'done', applied: 3 })
  expect(await rowsOf('lots')).toEqual([
    ['MILK', 'L1', '2030-01-31', null, null, 'released'],
    ['MILK', 'L2', '2030-02-28', null, null, 'quarantined'],
    ['MILK', 'L3', null, null, null, 'released'],
  ])
  expect(await desk.take('lots', content)).toMatchObject({ applied: 0, unchanged: 3 })
  expect(await desk.take('lots', await desk.file('lots', 'xlsx'))).toMatchObject({ applied: 0, unchanged: 3 })
  const bad = 'sku,lot,expires on\nMILK,L1,2031-01-31\nTEA,L1,\nNONE,L1,\nMILK,L4,2030-02-30\n'
  expect(await desk.problems(await desk.check('lots', bad))).toEqual([
    { row: 2, column: 'expires on', code: 'lot-differs' },
    { row: 3, column: 'sku', code: 'lot-not-tracked' },
    { row: 4, column: 'sku', code: 'unknown-sku' },
    { row: 5, column: 'expires on', code: 'not-a-date' },
  ])
})

test('I8: lots that a file quarantines are counted as places that it takes to nothing; a recall is not held back', async () => {
  await desk.take('stock', 'sku,quantity,lot\nMILK,5,L1\nMILK,7,L3\n')
  const fileOf = (status: string) =>
    `sku,lot,status,reason\nMILK,L1,${status},glass found\nMILK,L3,${status},glass found\n`
  expect(await desk.check('lots', fileOf('recalled'))).toMatchObject({ rowsBad: 0, zeroed: 0 })
  const checked = await desk.check('lots', fileOf('quarantined'))
  expect(checked).toMatchObject({ rowsBad: 0, zeroed: 2 })
  expect(await desk.apply(checked)).toMatchObject({ applied: 2 })
  expect(await rowsOf('lots')).toMatchObject([
    { 5: 'quarantined' },
    { 5: 'quarantined' },
    { 5: 'quarantined' },
  ])
  expect((await desk.check('lots', fileOf('quarantined'))).zeroed).toBe(0)
})

test('serials: each is one unit at its place; the export and the same file again change nothing', async () => {
  const content = '货号,序列号,状态\nPHONE,P1,\nPHONE,P2,held\nWATCH,P1,在库\n'
  const done = await desk.take('serials', content, 'delivery')
  expect(done).toMatchObject({ state: 'done', applied: 3, units: 3 })
  const { body } = await served.ask('GET', '/api/v1/items/PHONE')
  expect(body).toMatchObject({ onHand: 2, held: 1, available: 1 })
  const listed = (await rowsOf('serials')).map((row) => row.slice(0, 4))
  expect(listed).toEqual([
    ['PHONE', 'P1', 'in-stock', 'MAIN'],
    ['PHONE', 'P2', 'held', 'MAIN'],
    ['WATCH', 'P1', 'in-stock', 'MAIN'],
  ])
  const movements = await count('movement')
  for (const format of ['csv', 'xlsx'] as const) {
    const again = await desk.take('serials', await desk.file('serials', format))
    expect(again).toMatchObject({ state: 'done', applied: 0, unchanged: 3, warnings: 0 })
  }
  // Other content under the same name: what came in under it does not come in twice, also where it has left since.
  await desk.take('adjust', 'sku,quantity\nTEA,1\n')
  expect(await desk.take('serials', `${content}PHONE,P3,\n`, 'delivery')).toMatchObject({
    applied: 1,
    unchanged: 3,
  })
  expect(await count('movement')).toBe((movements ?? 0) + 2)
})

test('serials: what is wrong with a row is said before anything is written', async () => {
  await desk.take('locations', 'code,name\nSHOP,Shop\n')
  const bad = [
    'sku,serial,location,status',
    'PHONE,P1,SHOP,', // elsewhere
    'PHONE,P1,SHOP,', // the same row
    'TEA,T1,MAIN,',
    'PHONE,P9,MAIN,shipped',
    'PHONE,P2,MAIN,in-stock', // held
    'NONE,N1,MAIN,',
    'PHONE,P8,,',
    'PHONE,,MAIN,',
    '',
  ].join('\n')
  const checked = await desk.check('serials', bad)
  expect((await desk.problems(checked)).filter(({ code }) => code !== 'row-repeated')).toEqual([
    { row: 2, column: 'serials', code: 'serial-elsewhere' },
    { row: 3, column: 'serials', code: 'serial-elsewhere' },
    { row: 4, column: 'serials', code: 'serial-not-tracked' },
    { row: 5, column: 'status', code: 'cell-invalid' },
    { row: 6, column: 'status', code: 'cell-invalid' },
    { row: 7, column: 'sku', code: 'unknown-sku' },
    { row: 8, column: 'location', code: 'cell-empty' },
    { row: 9, column: 'serial', code: 'cell-empty' },
  ])
})

test('I3: serials of many rows come in once, whichever rows come again under whatever name', async () => {
  const serials = Array.from({ length: 2_500 }, (_, nth) => `S-${nth}`)
  const fileOf = (some: readonly string[]) =>
    `sku,serial,location\n${some.map((serial) => `WATCH,${serial},SHOP`).join('\n')}\n`
  expect(await desk.take('serials', fileOf(serials.slice(0, 1_200)))).toMatchObject({ applied: 1_200 })
  await fc.assert(
    fc.asyncProperty(
      fc.shuffledSubarray(serials.slice(0, 1_200), { minLength: 1, maxLength: 50 }),
      async (some) => {
        expect(await desk.take('serials', fileOf(some), randomUUID())).toMatchObject({
          applied: 0,
          unchanged: some.length,
        })
      },
    ),
    fromEnvironment(5),
  )
  expect(await desk.take('serials', fileOf(serials))).toMatchObject({ applied: 1_300, unchanged: 1_200 })
  expect((await served.ask('GET', '/api/v1/items/WATCH')).body).toMatchObject({ onHand: 2_501 })
}, 60_000)
