import { expect, test } from 'vitest'
import { code, optional, required, text, whole } from './columns.ts'
import { findHeader } from './header.ts'

const columns = {
  sku: required('sku', ['货号', 'item number'], code(200)),
  name: required('name', ['名称', 'title'], text(500)),
  quantity: optional('quantity', ['数量', 'on hand'], whole({ min: 0 })),
}
const rowsOf = (...rows: string[][]) => rows.map((cells, at) => ({ number: at + 1, cells }))
const find = (...rows: string[][]) => findHeader(rowsOf(...rows), columns)
const fields = (...rows: string[][]) => find(...rows).columns.map(({ field, index }) => [field, index])

test.each([
  [['sku', 'name', 'quantity']],
  [['SKU*', ' Name ', 'QUANTITY (pcs)']],
  [['货号', '名称', '数量（件）']],
  [['Item_Number', 'Title:', 'On-Hand']],
])('%j is recognised', (header) => {
  expect(fields(header, ['A', 'Tea', '1'])).toEqual([
    ['sku', 0],
    ['name', 1],
    ['quantity', 2],
  ])
})

test('a column’s own name comes before what another may be called', () => {
  const both = { ...columns, stock: optional('title', [], text(10)) }
  const header = findHeader(rowsOf(['sku', 'name', 'title'], ['A', 'Tea', 'x']), both)
  expect(header.columns.map(({ field }) => field)).toEqual(['sku', 'name', 'stock'])
})

test('a title above is skipped and said; data below is no header', () => {
  const header = find(['Stock list, May 2026'], ['sku', 'name'], ['A', 'Tea'], ['name', 'sku'])
  expect(header.row).toBe(2)
  expect(header.problems).toMatchObject([{ row: 1, code: 'title-skipped', level: 'warning' }])
})

test('a value that is called like a column makes its row no header', () => {
  const header = find(['sku', 'name', 'origin'], ['A', 'Tea', 'sku'], ['B', 'Jar', 'title'])
  expect(header).toMatchObject({ row: 1, columns: [{ field: 'sku' }, { field: 'name' }] })
})

test('of a merged header of two rows the lowest names count, whichever cells were merged', () => {
  const header = find(['SKU', 'Name', 'Stock', ''], ['', '', 'quantity', 'shelf'], ['A', 'Tea', '1', 'B2'])
  expect(header.row).toBe(2)
  expect(header.columns.map(({ field }) => field)).toEqual(['sku', 'name', 'quantity'])
  expect(header.problems.map(({ code, column }) => [code, column])).toEqual([
    ['column-unknown', 'shelf'],
    ['title-skipped', null],
  ])
})

test.each([
  [
    'a column twice',
    [
      ['sku', 'name', '货号'],
      ['A', 'Tea', 'B'],
    ],
    'column-twice',
    '"sku" and "货号"',
  ],
  [
    'a column missing',
    [
      ['sku', 'shelf'],
      ['A', 'B2'],
    ],
    'column-missing',
    'no column "name" (also called 名称, title)',
  ],
  [
    'no header at all',
    [
      ['A', 'Tea'],
      ['B', 'Cup'],
    ],
    'header-missing',
    'sku, name',
  ],
  ['nothing', [], 'file-empty', 'empty'],
])('%s is refused', (_what, rows, code, message) => {
  expect(() => find(...rows)).toThrow(
    expect.objectContaining({ code, message: expect.stringContaining(message) }),
  )
})
