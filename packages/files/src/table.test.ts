import { afterEach, expect, test } from 'vitest'
import { code, optional, required, text, whole } from './columns.ts'
import { detectFormat, readTable } from './table.ts'
import { text as cell, makeExcelFile, row } from './testing/excel-file.ts'

const columns = {
  sku: required('sku', ['货号'], code(20)),
  name: optional('name', [], text(50)),
  quantity: optional('quantity', ['数量'], whole({ min: 0 })),
}
const made: { remove(): Promise<void> }[] = []
afterEach(async () => {
  for (const file of made.splice(0)) await file.remove()
})

async function csv(content: string) {
  async function* bytes() {
    yield Buffer.from(content)
  }
  const table = await readTable({ format: 'csv', bytes: bytes(), encoding: 'utf-8' }, columns)
  return { header: table.header, rows: await Array.fromAsync(table.rows) }
}

test('rows are read by the names of their columns, in any order; an empty cell is absent and not zero (I12)', async () => {
  const { rows } = await csv('数量;SKU;shelf\n5;A;x\n;B;y\n0;C;z\n')
  expect(rows.map((each) => each.kind === 'good' && each.values)).toEqual([
    { sku: 'A', quantity: 5 },
    { sku: 'B' },
    { sku: 'C', quantity: 0 },
  ])
})

test('every bad cell of every row is named by row, column and value, with the cure', async () => {
  const { rows } = await csv('sku,name,quantity\n,Tea,1.5\nA,"two\nlines",1\n6.9E+12,x,-1\n')
  expect(rows.flatMap((each) => (each.kind === 'bad' ? each.problems : []))).toEqual([
    expect.objectContaining({ row: 2, column: 'sku', code: 'cell-empty', value: null }),
    {
      row: 2,
      level: 'error',
      code: 'not-whole-number',
      column: 'quantity',
      value: '1.5',
      message: 'quantity is not a whole number',
      cure: 'Write a whole number in plain digits, such as 1200.',
    },
    expect.objectContaining({ row: 5, column: 'sku', code: 'digits-lost', value: '6.9E+12' }),
    expect.objectContaining({ row: 5, column: 'quantity', code: 'number-out-of-range' }),
  ])
})

test('an Excel sheet with a title, a merged header and formulas is read by the same columns', async () => {
  const file = await makeExcelFile({
    sheets: {
      Stock:
        row(1, cell('A1', 'Stock in May')) +
        row(3, cell('A3', 'SKU'), cell('B3', 'Stock')) +
        row(4, cell('B4', '数量')) +
        row(5, cell('A5', '00123'), '<c r="B5"><f>2+3</f><v>5</v></c>') +
        row(6, cell('A6', 'B'), '<c r="B6"><f>C6*2</f></c>'),
    },
    after: '<mergeCells><mergeCell ref="A1:B1"/><mergeCell ref="A3:A4"/></mergeCells>',
  })
  made.push(file)
  const table = await readTable({ format: 'xlsx', path: file.path, sheet: undefined }, columns)
  const [good, bad] = await Array.fromAsync(table.rows)
  expect(good).toMatchObject({ kind: 'good', number: 5, values: { sku: '00123', quantity: 5 } })
  expect(bad).toMatchObject({
    kind: 'bad',
    problems: [
      {
        row: 6,
        code: 'formula-without-value',
        message: 'B6 holds a formula without a value',
        cure: 'Paste values only.',
      },
    ],
  })
  expect(table.header.problems.map(({ code, row }) => [code, row])).toEqual([
    ['title-skipped', 1],
    ['title-skipped', 3],
  ])
})

test.each([
  ['an Excel file', [0x50, 0x4b, 3, 4], 'xlsx'],
  ['text', [0xef, 0xbb, 0xbf, 0x73], 'csv'],
] as const)('%s is known by its first bytes', (_what, bytes, format) => {
  expect(detectFormat(Uint8Array.from(bytes))).toBe(format)
})

test.each([
  ['an old Excel file', [0xd0, 0xcf, 0x11, 0xe0], 'file-old-excel'],
  ['a PDF', [0x25, 0x50, 0x44, 0x46], 'file-unreadable'],
  ['nothing', [], 'file-empty'],
] as const)('%s is refused with the cure', (_what, bytes, code) => {
  expect(() => detectFormat(Uint8Array.from(bytes))).toThrow(expect.objectContaining({ code }))
})

test.each(['sku,name\n', '\n\n', ''])('%j has no rows', async (content) => {
  await expect(csv(content)).rejects.toMatchObject({ code: 'file-empty' })
})
