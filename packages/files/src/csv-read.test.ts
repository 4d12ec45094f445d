import { expect, test } from 'vitest'
import { readCsv } from './csv-read.ts'

async function read(content: string, size = 1_000_000) {
  async function* bytes() {
    const all = Buffer.from(content)
    for (let at = 0; at < all.length; at += size) yield all.subarray(at, at + size)
  }
  return await Array.fromAsync(readCsv(bytes(), 'utf-8'))
}

const LINES = ['', 'sku,name', '', 'A,"Tea', 'green', '', 'loose"', '   ', ' , ', 'B,Cup', 'C,"a ""b"" c"']
test.each(['\n', '\r\n', '\r'])('rows are known by the line that an editor shows (%j)', async (newLine) => {
  for (const size of [1, 5, 1_000]) {
    expect(await read(LINES.join(newLine), size)).toEqual([
      { number: 2, cells: ['sku', 'name'] },
      { number: 4, cells: ['A', 'Tea\ngreen\n\nloose'] },
      { number: 10, cells: ['B', 'Cup'] },
      { number: 11, cells: ['C', 'a "b" c'] },
    ])
  }
})

test('rows may be longer or shorter than the header, and quotation marks may stand within a text', async () => {
  expect(await read('a,b\n1\n1,2,3\nx,12" ruler\n')).toMatchObject([
    { cells: ['a', 'b'] },
    { cells: ['1'] },
    { cells: ['1', '2', '3'] },
    { cells: ['x', '12" ruler'] },
  ])
})

test('the line that names the delimiter counts as a line and is no row', async () => {
  expect(await read('sep=;\nsku;name\nA;b')).toEqual([
    { number: 2, cells: ['sku', 'name'] },
    { number: 3, cells: ['A', 'b'] },
  ])
})

test('a quotation mark that is never closed is an error with its line, not a cell of a million characters', async () => {
  const refused = { code: 'quote-open', message: expect.stringMatching(/line \d+/) }
  await expect(read('sku,name\nA,"Tea\nB,Cup\n')).rejects.toMatchObject(refused)
  await expect(read(`sku,name\nA,"Tea\n${'B,Cup\n'.repeat(200_000)}`)).rejects.toMatchObject(refused)
})

test('a loop that stops early ends the reading', async () => {
  let isClosed = false
  async function* bytes() {
    try {
      for (;;) yield Buffer.from('A,Tea\n'.repeat(1_000))
    } finally {
      isClosed = true
    }
  }
  for await (const row of readCsv(bytes(), 'utf-8')) if (row.number === 10) break
  expect(isClosed).toBe(true)
})
