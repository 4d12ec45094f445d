import { afterEach, expect, test } from 'vitest'
import { type ExcelParts, makeExcelFile, makeZipFile, row, text } from '../testing/excel-file.ts'
import { columnName, listSheets, readXlsx } from './read.ts'

const made: { remove(): Promise<void> }[] = []
afterEach(async () => {
  for (const file of made.splice(0)) await file.remove()
})
async function read(parts: ExcelParts, sheet?: string) {
  const file = await makeExcelFile(parts)
  made.push(file)
  return await Array.fromAsync(readXlsx(file.path, sheet))
}
const cellsOf = async (parts: ExcelParts) => (await read(parts)).map(({ cells }) => cells)

test('texts of every kind, empty cells and gaps between rows', async () => {
  const rows = await read({
    shared: [
      '<si><t>SKU</t></si>',
      '<si><r><t>To</t></r><r><t xml:space="preserve">gether </t></r><rPh><t>no</t></rPh></si>',
    ],
    sheets: {
      One:
        row(2, '<c r="A2" t="s"><v>0</v></c>', '<c r="C2" t="s"><v>1</v></c>') +
        row(3, '<c r="B3"/>') +
        row(7, text('A7', '茶 &amp; 🍵'), '<c r="B7" t="b"><v>1</v></c>', '<c r="AA7"><v>5</v></c>') +
        '<row><c t="str"><f>A1</f><v>next</v></c><c><v>2</v></c></row>',
    },
  })
  expect(rows.map(({ number }) => number)).toEqual([2, 7, 8])
  expect(rows[0]?.cells).toEqual(['SKU', '', 'Together '])
  expect(rows[1]?.cells[0]).toBe('茶 & 🍵')
  expect(rows[1]?.cells).toHaveLength(27)
  expect(rows[1]?.cells[26]).toBe('5')
  expect(rows[2]?.cells).toEqual(['next', '2'])
})

test('numbers read as Excel shows them: no exponent, no noise, zeros in front where the format puts them', async () => {
  const styles = [{ id: 0 }, { id: 170, code: '00000' }]
  const cells = await cellsOf({
    styles,
    sheets: {
      One: row(
        1,
        '<c r="A1"><v>123</v></c>',
        '<c r="B1" s="1"><v>123</v></c>',
        '<c r="C1"><v>0.30000000000000004</v></c>',
        '<c r="D1"><v>6901234567892</v></c>',
        '<c r="E1"><v>1.5E-3</v></c>',
        '<c r="F1"><v>-0</v></c>',
      ),
    },
  })
  expect(cells).toEqual([['123', '00123', '0.3', '6901234567892', '0.0015', '0']])
})

test('a number of more than fifteen digits, a formula without a value and an error are named by their cells', async () => {
  const [only] = await read({
    sheets: {
      One: row(
        12,
        '<c r="A12"><v>6.9012345678920001E+19</v></c>',
        '<c r="B12"><f>SUM(A1:A9)</f></c>',
        '<c r="C12" t="e"><f>VLOOKUP(1,2,3)</f><v>#N/A</v></c>',
        '<c r="D12"><f>1+1</f><v>2</v></c>',
        '<c r="E12" t="str"><f>""</f><v></v></c>',
      ),
    },
  })
  expect(only?.cells[3]).toBe('2')
  expect(only?.badCells).toEqual([
    { index: 0, code: 'digits-lost', address: 'A12' },
    { index: 1, code: 'formula-without-value', address: 'B12' },
    { index: 2, code: 'formula-error', address: 'C12' },
  ])
})

test('days are read from Excel’s serial numbers, in both ways of counting, built in and spelled out', async () => {
  const styles = [
    { id: 14 },
    { id: 171, code: 'yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;' },
    { id: 172, code: '#,##0 &quot;days&quot;' },
  ]
  const sheets = {
    One: row(
      1,
      '<c r="A1" s="0"><v>46387</v></c>',
      '<c r="B1" s="1"><v>46387.75</v></c>',
      '<c r="C1" s="2"><v>46387</v></c>',
      '<c r="D1" s="0"><v>1</v></c>',
    ),
  }
  expect(await cellsOf({ styles, sheets })).toEqual([
    ['2026-12-31', '2026-12-31T18:00:00', '46387', '1900-01-01'],
  ])
  const [cells] = await cellsOf({ styles, sheets, is1904: true })
  expect(cells?.[0]).toBe('2031-01-01')
})

test('a sheet is chosen by name, else the first that is shown; another name says which there are', async () => {
  const sheets = {
    Hidden: row(1, text('A1', 'h')),
    First: row(1, text('A1', 'f')),
    Last: row(1, text('A1', 'l')),
  }
  const parts = { sheets, hidden: ['Hidden'] }
  expect(await read(parts)).toMatchObject([{ cells: ['f'] }])
  expect(await read(parts, 'last ')).toMatchObject([{ cells: ['l'] }])
  expect(await read(parts, 'Hidden')).toMatchObject([{ cells: ['h'] }])
  await expect(read(parts, 'None')).rejects.toMatchObject({
    code: 'sheet-unknown',
    message: 'The file has no sheet "None"; it has "Hidden", "First", "Last".',
  })
  const file = await makeExcelFile(parts)
  made.push(file)
  expect(await listSheets(file.path)).toEqual(['Hidden', 'First', 'Last'])
})

test.each<[string, Record<string, string | Buffer>, string]>([
  ['another kind of zip file', { 'word/document.xml': '<w/>' }, 'file-unreadable'],
  [
    'a sheet that breaks off',
    sheetParts('<worksheet><sheetData><row r="1"><c r="A1"><v>1</v>'),
    'file-unreadable',
  ],
  [
    'a document type with entities that grow',
    sheetParts('<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet><sheetData/></worksheet>'),
    'file-unreadable',
  ],
  [
    'a bomb of thirty million spaces',
    sheetParts(`<worksheet>${' '.repeat(30_000_000)}</worksheet>`),
    'file-unpacks-too-large',
  ],
  [
    'more columns than a list of stock can have',
    sheetParts('<worksheet><sheetData><row r="1"><c r="XFD1"><v>1</v></c></row></sheetData></worksheet>'),
    'file-too-large',
  ],
])('%s is refused', async (_what, parts, code) => {
  const file = await makeZipFile(parts)
  made.push(file)
  await expect(Array.fromAsync(readXlsx(file.path, undefined))).rejects.toMatchObject({ code })
})

function sheetParts(sheet: string): Record<string, string> {
  return {
    'xl/workbook.xml': '<workbook xmlns:r="r"><sheets><sheet name="S" r:id="a"/></sheets></workbook>',
    'xl/_rels/workbook.xml.rels':
      '<Relationships><Relationship Id="a" Target="/xl/worksheets/sheet1.xml"/></Relationships>',
    'xl/worksheets/sheet1.xml': sheet,
  }
}

test('columns are named as Excel names them', () => {
  expect([0, 25, 26, 51, 52, 701, 702].map(columnName)).toEqual(['A', 'Z', 'AA', 'AZ', 'BA', 'ZZ', 'AAA'])
})
