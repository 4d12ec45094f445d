import { Readable } from 'node:stream'
import { openingFile } from '@plimsoll/client'
import { writeXlsx } from '@plimsoll/files'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ServedHub, serveHub } from '../testing/served-hub.ts'

/** A spreadsheet of opening stock, read over HTTP and handed on to a proposal, on a real database. */
let served: ServedHub
beforeAll(async () => {
  served = await serveHub()
  for (const sku of ['MUG', 'CUP', 'TEA']) await served.ask('PUT', `/api/v1/items/${sku}`, { name: sku })
  await served.ask('POST', '/api/v1/locations', { code: 'MAIN', name: 'Main', kind: 'warehouse' })
})
afterAll(() => served.close())

const send = (file: string | Buffer) =>
  served.ask('POST', '/api/v1/opening-files', Buffer.from(file), {
    'content-type': 'application/octet-stream',
  })
const read = async (file: string | Buffer) => openingFile.parse((await send(file)).body)

test('lines of good rows, and what is wrong with the others; nothing of it is kept', async () => {
  const said = await read(
    'sku;location;数量;name\nMUG;MAIN;12;Mug\nCUP;;3;\nCUP;MAIN;3;\nTEA;MAIN;1\nTEA;MAIN;2\nNONE;MAIN;1\nMUG;NOWHERE;1\nMUG;MAIN;-1\n',
  )
  expect(said).toMatchObject({ rows: 8, rowsBad: 4 })
  expect(said.lines).toEqual([
    { sku: 'MUG', location: 'MAIN', quantity: 12 },
    // The only location is meant where none is named.
    { sku: 'CUP', location: 'MAIN', quantity: 3 },
    { sku: 'TEA', location: 'MAIN', quantity: 1 },
  ])
  expect(said.problems.map(({ row, code, level }) => `${row} ${code} ${level}`)).toEqual([
    '4 row-repeated warning',
    '6 row-twice error',
    '7 unknown-sku error',
    '8 unknown-location error',
    '9 number-out-of-range error',
  ])
  expect((await served.ask('GET', '/api/v1/imports')).body).toMatchObject({ rows: [] })
})

test('an Excel file says the same', async () => {
  const chunks: Uint8Array[] = []
  for await (const chunk of writeXlsx(['商品编码', '仓库', '数量'], Readable.from([['MUG', 'MAIN', 12]])))
    chunks.push(chunk)
  expect(await read(Buffer.concat(chunks))).toEqual({
    lines: [{ sku: 'MUG', location: 'MAIN', quantity: 12 }],
    rows: 1,
    rowsBad: 0,
    problems: [],
  })
})

test.each([
  ['', 'file-empty'],
  ['%PDF-1.7 stock', 'file-unreadable'],
  ['name,price\nMug,12\n', 'header-missing'],
  ['sku,name\nMUG,Mug\n', 'column-missing'],
])('a file that cannot be read is refused as a whole: %j', async (file, code) => {
  const answer = await send(file)
  expect(answer.status).toBeGreaterThanOrEqual(400)
  expect(answer.body.code).toBe(code)
})

test('where there are several locations a row has to name one', async () => {
  await served.ask('POST', '/api/v1/locations', { code: 'SHOP', name: 'Shop', kind: 'store' })
  const said = await read('sku,quantity\nMUG,12\n')
  expect(said).toMatchObject({ lines: [], rowsBad: 1, problems: [{ row: 2, code: 'cell-empty' }] })
})
