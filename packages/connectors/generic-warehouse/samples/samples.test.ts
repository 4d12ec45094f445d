import { readFileSync } from 'node:fs'
import { SAMPLE_BYTES_MAX, type SampleReading } from '@plimsoll/connector-kit'
import { fromEnvironment } from '@plimsoll/connector-kit/conformance'
import { writeXlsx } from '@plimsoll/files'
import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { type Encoding, encode } from '../formats/encodings.ts'
import { writeMoment } from '../formats/moments.ts'
import { guessDates, guessName } from './guess-dates.ts'
import { guessEncoding } from './guess-encoding.ts'
import { samples } from './sample-tools.ts'

// The thread of expressions is started anew after each one that killed it.
vi.setConfig({ testTimeout: 60_000 })

const now = Date.UTC(2026, 10, 26)
const guide = readFileSync(new URL('../../../../docs/guides/connect-a-warehouse.md', import.meta.url), 'utf8')
const ofGuide = (name: string) => {
  const found = [...guide.matchAll(/^```(?:csv|json) (\S+)\n([\s\S]*?)^```$/gm)].find(
    ([, each]) => each === name,
  )
  return found?.[2] ?? ''
}
const sample = (feed: string, name: string, text: string | Buffer) => ({
  feed,
  name,
  content: Buffer.from(text),
})
const read = async (
  given: ReturnType<typeof sample>,
  description: unknown,
  places: unknown = [{ id: 'A', name: 'Hall A' }],
): Promise<SampleReading> => await samples.read(given, { description, places, now })

test('the samples of the guide are guessed as the guide describes them', async () => {
  const stock = sample('levels', 'STOCK_20261126171500.csv', ofGuide('STOCK_20261126171500.csv'))
  const guessed = await samples.guess(stock)
  expect(guessed).toEqual({
    description: {
      files: 'STOCK_*.csv',
      format: { kind: 'csv', separator: ';', quote: '"', headerRow: 1 },
      encoding: 'utf-8',
      dates: 'YYYYMMDDHHmmss',
      sequence: 'STOCK_(\\d{14})',
    },
    columns: { sku: 'Article', locationId: 'Hall', onHand: 'Stock', held: 'Blocked' },
  })
  const shipped = await samples.guess(sample('shipments', 'SHIPPED_77.csv', ofGuide('SHIPPED_77.csv')))
  expect(shipped.description).toMatchObject({ files: 'SHIPPED_*.csv', dates: 'DD.MM.YYYY HH:mm' })
  expect(shipped.columns).toEqual({
    ...{ shipmentId: 'Reference', parcel: 'Box', trackingNumber: 'Tracking' },
    ...{ sku: 'Article', quantity: 'Units', shippedAt: 'Left' },
  })
  const { description, columns } = guessed
  const understood = await read(stock, { ...description, zone: 'Europe/Berlin', map: { columns } })
  expect(understood).toMatchObject({
    ...{ problem: undefined, wrong: [], total: 2, lookedAt: 2, understood: 2 },
    ...{ sequence: '20261126171500', saidAt: new Date('2026-11-26T16:15:00Z') },
    columns: ['Article', 'Hall', 'Stock', 'Blocked'],
  })
  expect(understood.rows[0]).toMatchObject({
    number: 2,
    cells: { Article: 'TEA-1', Stock: '120' },
    meaning: { sku: 'TEA-1', locationId: 'A', onHand: '120', held: '4' },
  })
})

test('what is wrong stands with its field and its row, and the rest is read', async () => {
  const text = 'Article;Hall;Stock\nTEA-1;A;120\nCUP;B;7\nMUG;A;many\n'
  const fields = {
    sku: 'Article',
    locationId: 'Hall',
    onHand: '$number(Stock)',
    held: 'Stock +',
    lot: 'Nowhere',
  }
  const format = { kind: 'csv', separator: ';' }
  const result = await read(sample('levels', 'S.csv', text), { format, map: { fields } })
  expect(result).toMatchObject({ total: 3, understood: 1, wrong: [], problem: undefined })
  expect(result.rows.map(({ problem }) => problem)).toEqual([
    undefined,
    expect.stringContaining('there is no "B"'),
    expect.stringContaining('number'),
  ])
  const byName = new Map(result.fields.map(({ name, ...field }) => [name, field]))
  expect(byName.get('held')?.problem).toMatch(/not JSONata/)
  expect(byName.get('held')?.problemInChinese).toMatch(
    /^不是有效的 JSONata 表达式：[^“]+（第 \d+ 个字符处）$/,
  )
  expect(byName.get('onHand')).toEqual({
    value: '120',
    problem: expect.stringContaining('number'),
    problemInChinese: '无法转为数字："many"',
  })
  expect(result.rows[2]?.problemInChinese).toBe('无法转为数字："many"')
  expect(byName.get('lot')).toEqual({ value: undefined, problem: undefined })

  const unwritten = await read(sample('levels', 'S.csv', text), { format: { kind: 'csv', separator: '!' } })
  expect(unwritten.wrong).toEqual([
    {
      field: 'format.separator',
      message: expect.any(String),
      messageInChinese: expect.stringMatching(/^无效选项/),
    },
  ])
  const cut = await read(sample('levels', 'S.csv', text), { format: { ...format, trailer: '#END' } })
  expect(cut.problem).toMatch(/cut off/)
  expect(cut.problemInChinese).toMatch(/被截断/)
  await expect(read(sample('nothing', 'S.csv', text), {})).rejects.toMatchObject({ kind: 'invalid' })
})

test('an expression that never ends is broken off, and the others answer', async () => {
  const fields = { sku: 'Article', onHand: '($f := function($n){ $f($n + 1) }; $f(0))' }
  const given = sample('levels', 'S.csv', 'Article\nTEA-1\n')
  const began = performance.now()
  const result = await read(given, { format: { kind: 'csv' }, map: { fields } })
  expect(performance.now() - began).toBeLessThan(20_000)
  const names = Object.fromEntries(result.fields.map(({ name, ...field }) => [name, field]))
  expect(names.sku).toEqual({ value: 'TEA-1', problem: undefined })
  expect(names.onHand?.problem).toBeDefined()
  expect(result.understood).toBe(0)
})

test('of a large sample some rows are looked at', async () => {
  const rows = Array.from({ length: 60_000 }, (_, at) => `SKU-${at},${at}`).join('\n')
  const given = sample('levels', 'S.csv', `sku,qty on hand\n${rows}\n`)
  expect(given.content.length).toBeLessThan(SAMPLE_BYTES_MAX)
  const { description, columns } = await samples.guess(given)
  const result = await read(given, { ...description, map: { columns } })
  expect(result).toMatchObject({ total: 60_000, lookedAt: 200, understood: 200 })
  expect(result.rows).toHaveLength(50)
})

test('Excel, JSON, XML and fixed widths are told apart, and their rows found', async () => {
  const excel: Uint8Array[] = []
  const rows = (async function* () {
    yield ['TEA-1', '茶', '4006381333931']
  })()
  for await (const part of writeXlsx(['客户SKU', '名称', '条码'], rows)) excel.push(part)
  const items = await samples.guess(sample('items', '商品.xlsx', Buffer.concat(excel)))
  expect(items).toMatchObject({
    description: { format: { kind: 'excel' }, files: '商品*.xlsx' },
    columns: { sku: '客户SKU', title: '名称', barcode: '条码' },
  })
  const json = JSON.stringify({ at: 1, data: { 'stock-list': [{ sku: 'TEA-1', available: 4 }] } })
  const asJson = sample('levels', 'stock.json', json)
  const guessed = await samples.guess(asJson)
  expect(guessed.description).toMatchObject({ format: { kind: 'json' }, rows: 'data.`stock-list`' })
  const { columns } = guessed
  expect(await read(asJson, { ...guessed.description, map: { columns } })).toMatchObject({ understood: 1 })
  const xml =
    '<Stock><Line><Item>TEA-1</Item><Qty>4</Qty></Line><Line><Item>CUP</Item><Qty>1</Qty></Line></Stock>'
  const asXml = await samples.guess(sample('levels', 's.xml', xml))
  expect(asXml.description).toMatchObject({ format: { kind: 'xml' }, rows: 'Stock.Line' })
  const fixed = await samples.guess(sample('levels', 's.txt', 'TEA-1     0120\nCUP       0035\n'))
  expect(fixed.description.format).toEqual({
    kind: 'fixed-width',
    columns: { C1: { from: 1, length: 10, pad: 'right' }, C2: { from: 11, length: 4, pad: 'right' } },
  })
})

test.each([
  ['gb18030', '仓库,客户SKU,可售,不良品\n美东仓,茶叶-一,120,3\n美西仓,杯子-二,35,0\n'],
  ['big5', '倉庫,貨號,可售,數量\n臺北倉,茶葉,120,3\n高雄倉,杯子,35,0\n'],
  ['shift_jis', '倉庫,しょうひん,カップ,テスト\n東京,おちゃ,120,3\n'],
  ['euc-kr', '창고,상품코드,재고수량,불량수량\n서울창고,녹차,120,3\n'],
  ['windows-1252', 'Größe;Straße;Menge\nmäßig;Köln;4\n'],
  ['utf-8', '仓库,客户SKU\n美东仓,TEA-1\n'],
  ['utf-16le', 'sku,stock\nTEA-1,4\n'],
] as const)('%s is recognized', (encoding, text) => {
  expect(guessEncoding(encode(text, encoding as Encoding))).toBe(encoding)
})

test('a Chinese stock list is read by its headers alone', async () => {
  const text = '仓库,客户SKU,可售,待出库,不良品,在途\n美东仓,TEA-1,"1,200",50,3,10\n'
  const given = sample('levels', '库存_20261126093000.csv', encode(text, 'gb18030'))
  const { description, columns } = await samples.guess(given)
  expect(description).toMatchObject({ encoding: 'gb18030', files: '库存_*.csv', sequence: '库存_(\\d{14})' })
  const places = [{ id: '美东仓', name: '新泽西' }]
  const result = await read(given, { ...description, zone: '+08:00', map: { columns } }, places)
  expect(result.rows[0]?.meaning).toEqual({
    ...{ sku: 'TEA-1', locationId: '美东仓', available: '1200', committed: '50', held: '3', incoming: '10' },
  })
})

test('rows of any separator, quotation and ending are guessed so that they are read as they were', async () => {
  const cell = fc.stringMatching(/^[A-Z][A-Za-z ]{1,8}[a-z]$/)
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(',', ';', '\t', '|'),
      fc.constantFrom('\n', '\r\n'),
      fc.array(fc.tuple(cell, fc.integer({ min: 0, max: 99_999 })), { minLength: 2, maxLength: 8 }),
      fc.boolean(),
      async (separator, ending, rows, isQuoted) => {
        const write = (cells: readonly unknown[]) =>
          cells.map((each) => (isQuoted ? `"${each}"` : String(each))).join(separator)
        const text = [['SKU', 'Stock'], ...rows].map((row) => `${write(row)}${ending}`).join('')
        const given = sample('levels', 'S.csv', text)
        const { description, columns } = await samples.guess(given)
        expect(description.format).toMatchObject({ kind: 'csv', separator, headerRow: 1 })
        const result = await read(given, { ...description, map: { columns } })
        expect(result.rows.map(({ cells }) => [cells.SKU, Number(cells.Stock)])).toEqual(rows)
      },
    ),
    fromEnvironment({ numRuns: 40 }),
  )
})

test('however moments are written, the pattern that is guessed reads them all', () => {
  const moments = fc.array(
    fc.date({ min: new Date('2001-01-01Z'), max: new Date('2090-01-01Z'), noInvalidDate: true }),
    {
      minLength: 1,
      maxLength: 5,
    },
  )
  const patterns = fc.constantFrom('YYYYMMDDHHmmss', 'YYYY-MM-DD HH:mm', 'DD.MM.YYYY HH:mm:ss', 'YYYY/MM/DD')
  fc.assert(
    fc.property(moments, patterns, (some, pattern) => {
      const texts = some.map((moment) => writeMoment(moment, pattern, 'Z'))
      expect(guessDates(texts)).toBe(pattern)
    }),
    fromEnvironment(),
  )
})

test.each([
  [
    'STOCK_20261126171500.csv',
    { files: 'STOCK_*.csv', sequence: 'STOCK_(\\d{14})', stamp: '20261126171500' },
  ],
  ['SHIPPED_77.csv', { files: 'SHIPPED_*.csv' }],
  ['stock.csv', { files: 'stock*.csv' }],
  ['99999999.txt', { files: '*.txt' }],
])('%s', (name, expected) => {
  expect(guessName(name)).toEqual(expected)
})

test('what would be told is shown for an example, with what is wrong', async () => {
  const { out } = JSON.parse(ofGuide('scoot.json')) as { out: Record<string, unknown> }
  const terms = { description: out['shipment-requests'], places: [{ id: 'A', name: 'Hall A' }], now }
  const written = await samples.write('shipment-requests', terms)
  expect(written).toMatchObject({ name: 'ORDER_0197a000-0000-7000-8000-000000000001.csv', wrong: [] })
  expect(written.text?.split('\r\n')).toEqual([
    'Reference;Hall;Name;Street;Zip;City;Country;Article;Units',
    '0197a000-0000-7000-8000-000000000001;A;Ada Example;1 Example Street;90210;Exampletown;US;TEA-1;2',
    '0197a000-0000-7000-8000-000000000001;A;Ada Example;1 Example Street;90210;Exampletown;US;CUP;1',
    '',
  ])
  const faulty = { ...(out['shipment-requests'] as object), content: 'lines.' }
  expect(await samples.write('shipment-requests', { ...terms, description: faulty })).toMatchObject({
    text: undefined,
    wrong: [
      {
        field: 'content',
        message: expect.stringContaining('not JSONata'),
        messageInChinese: expect.stringMatching(/^不是有效的 JSONata 表达式/),
      },
    ],
  })
  const empty = { ...(out['shipment-requests'] as object), content: '5' }
  expect(await samples.write('shipment-requests', { ...terms, description: empty })).toMatchObject({
    problem: expect.stringContaining('no list of rows'),
    problemInChinese: '结果不是由行组成的列表。',
  })
})

/** Each way in which a person may leave a description unfinished, as the editors send it. */
const unfinished: [part: string, description: object][] = [
  ['an unknown format', { format: { kind: 'pdf' } }],
  ['no format', {}],
  ['a zone that is none', { format: { kind: 'csv' }, zone: 'Mars' }],
  ['dates that are none', { format: { kind: 'csv' }, dates: 'soon' }],
  ['a folder above', { format: { kind: 'csv' }, folder: '../up' }],
  ['a file in a folder', { format: { kind: 'csv' }, files: 'a/b.csv' }],
  ['a sequence without a group', { format: { kind: 'csv' }, sequence: 'STOCK' }],
  ['a number as text', { format: { kind: 'csv', headerRow: 'one' } }],
  ['a number too small', { format: { kind: 'csv', headerRow: -1 } }],
  ['columns of no width', { format: { kind: 'fixed-width', columns: { A: { from: 0, length: 0 } } } }],
  ['something else beside it', { format: { kind: 'csv' }, colour: 'red' }],
  ['an empty expression', { format: { kind: 'json' }, rows: '' }],
  ['a share above one', { format: { kind: 'csv' }, smallestShare: 2 }],
]
test.each(unfinished)(
  'what is wrong with %s is said in Chinese, without the English',
  async (_, description) => {
    const { wrong } = await read(sample('levels', 'S.csv', 'A\n1\n'), { ...description, map: { fields: {} } })
    expect(wrong.length).toBeGreaterThan(0)
    for (const { messageInChinese } of wrong) {
      expect(messageInChinese).toMatch(/\p{sc=Han}/u)
      // What is quoted is what nobody has words for.
      expect(messageInChinese).not.toMatch(/“|Invalid|expected|received/)
    }
  },
)
