import { createWriteStream } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { fromEnvironment } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type WrittenCell, writeCsv } from './csv-write.ts'
import { EncodingDetector } from './encoding.ts'
import { readRows } from './table.ts'
import { writeXlsx } from './xlsx/write.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plimsoll-files-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function* asRows(rows: readonly (readonly WrittenCell[])[]) {
  yield* rows
}

async function throughCsv(header: string[], rows: WrittenCell[][]) {
  const bytes = Buffer.concat(await Array.fromAsync(writeCsv(header, asRows(rows))))
  const detector = new EncodingDetector()
  detector.push(bytes)
  async function* parts() {
    for (let at = 0; at < bytes.length; at += 11) yield bytes.subarray(at, at + 11)
  }
  return await Array.fromAsync(readRows({ format: 'csv', bytes: parts(), encoding: detector.end() }))
}

async function throughXlsx(header: string[], rows: WrittenCell[][]) {
  const path = join(folder, 'table.xlsx')
  await pipeline(writeXlsx(header, asRows(rows)), createWriteStream(path))
  return await Array.fromAsync(readRows({ format: 'xlsx', path, sheet: undefined }))
}

const awkward = fc.constantFrom(
  ...[
    '"',
    '""',
    ',',
    ';',
    '\t',
    '|',
    '\n',
    '\r\n',
    "'",
    '=',
    '+',
    '-',
    '@',
    '=1+1',
    "'=x",
    '_x0041_',
    '_x',
    'é',
  ],
  ...['货号', '🍵', ' ', '\u00a0', '00123', '1E5', '<&>', ']]>', '\u0001', '\uFEFF', 'TRUE', '#N/A'],
)
const cellText = fc
  .array(fc.oneof(awkward, fc.string({ unit: 'binary', maxLength: 4 })), { maxLength: 5 })
  .map((parts) => parts.join(''))
const cell = fc.oneof(cellText, fc.integer(), fc.constant(null))
/** A last column that is never empty: blank rows are left out on purpose. */
const table = fc.integer({ min: 1, max: 4 }).chain((width) =>
  fc.array(
    fc
      .tuple(fc.array(cell, { minLength: width, maxLength: width }), fc.integer({ min: 1 }))
      .map(([cells, last]) => [...cells, last]),
    { maxLength: 8 },
  ),
)

/** What comes back: text. Line breaks are plain ones, and half a character is the sign for a broken one. */
const asRead = (value: WrittenCell) =>
  value === null ? '' : String(value).replace(/\r\n?/g, '\n').toWellFormed()

test.each([
  ['CSV', throughCsv],
  ['Excel', throughXlsx],
] as const)('any table comes back from %s as it was written', async (format, through) => {
  await fc.assert(
    fc.asyncProperty(table, async (rows) => {
      const header = ['first', ...(rows[0]?.slice(1) ?? []).map((_, at) => `column ${at}`)]
      const read = await through(header, rows)
      // Excel can hold half a character, spelled out.
      const expected = rows.map((cells) => cells.map((each) => asRead(each)))
      expect(read.map(({ cells }) => cells.map((each) => each.toWellFormed()))).toEqual([header, ...expected])
      if (format === 'Excel') expect(read.map(({ number }) => number)).toEqual(read.map((_, at) => at + 1))
    }),
    fromEnvironment(150),
  )
})

test('no text of an export is run as a formula by a spreadsheet', async () => {
  const evil = '=HYPERLINK("http://evil.example","Click")'
  const csv = Buffer.concat(
    await Array.fromAsync(writeCsv(['name'], asRows([[evil], ['-5'], [-5]]))),
  ).toString()
  expect(csv).toBe(`\uFEFFname\r\n"'=HYPERLINK(""http://evil.example"",""Click"")"\r\n'-5\r\n-5\r\n`)
  const path = join(folder, 'evil.xlsx')
  await writeFile(path, await Array.fromAsync(writeXlsx(['name'], asRows([[evil]]))))
  expect((await readFile(path)).length).toBeGreaterThan(500)
  const [, row] = await Array.fromAsync(readRows({ format: 'xlsx', path, sheet: undefined }))
  expect(row).toEqual({ number: 2, cells: [evil] })
})

test('an Excel file ends with an error when its rows do, and is not cut short in silence', async () => {
  async function* failing() {
    yield ['A']
    throw new Error('the database went away')
  }
  await expect(Array.fromAsync(writeXlsx(['sku'], failing()))).rejects.toThrow('the database went away')
})
