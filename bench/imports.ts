import { createWriteStream } from 'node:fs'
import { rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { openDatabase } from '../packages/database/src/index.ts'
import { writeCsv, writeXlsx } from '../packages/files/src/index.ts'
import { makeExcelFile } from '../packages/files/src/testing/excel-file.ts'
import { verifyStock } from '../packages/stock/src/index.ts'
import { makeDataFolder } from './data-folder.ts'
import { importInProcess } from './imports/import-process.ts'
import type { Bench } from './main.ts'

/** Excel itself keeps texts in a list beside the sheet (`xlsx-shared`); what we write has them in its cells. */
const FORMATS = ['csv', 'xlsx', 'xlsx-shared'] as const
type Format = (typeof FORMATS)[number]

/**
 * A file of items with their opening stock, taken in, checked and applied as a whole, by a process of its own on a
 * database of its own: how long each step takes, and the most memory that the process ever had.
 */
export const bench: Bench = async ({ quick, say }) => {
  const rows = quick ? 20_000 : 1_000_000
  const runs: Record<string, unknown>[] = []
  for (const format of FORMATS) {
    runs.push(await measure(format, rows, say))
    say(JSON.stringify(runs.at(-1)))
  }
  return { runs }
}

async function measure(
  format: Format,
  rows: number,
  say: (line: string) => void,
): Promise<Record<string, unknown>> {
  const folder = await makeDataFolder()
  const database = await openDatabase({ dataFolder: folder, keep: 'stop-with-process', poolMax: 2 })
  try {
    const file = path.join(folder, 'items')
    await writeFile(format, rows, file)
    say(`${format}: ${rows} rows written`)
    const done = await importInProcess({ databaseUrl: database.url, folder, file, mode: 'all-or-nothing' })
    say(`${format}: imported, verifying`)
    const problems: unknown[] = []
    await verifyStock(database, (problem) => problems.push(problem))
    const { size } = await stat(file)
    const seconds = done.seconds.receive + done.seconds.check + done.seconds.apply
    return {
      rows,
      format,
      fileMiB: Math.round(size / 1024 ** 2),
      seconds: Math.round(seconds),
      secondsOf: done.seconds,
      rowsPerSecond: Math.round(rows / seconds),
      applied: done.applied,
      units: done.units,
      peakRssMiB: done.peakRssMiB,
      peakRssMiBAfter: done.peakRssMiBAfter,
      verified: problems.length === 0,
    }
  } finally {
    await database.close()
    await rm(folder, { recursive: true, force: true })
  }
}

async function writeFile(format: Format, rows: number, file: string): Promise<void> {
  if (format === 'xlsx-shared') {
    const made = await makeExcelFile(sharedTexts(rows))
    await rename(made.path, file)
    return await made.remove()
  }
  const write = format === 'csv' ? writeCsv : writeXlsx
  await pipeline(write(HEADER, itemRows(rows)), createWriteStream(file))
}

function sharedTexts(rows: number) {
  const shared = HEADER.map((name) => `<si><t>${name}</t></si>`)
  const texts = HEADER.map((_, nth) => `<c t="s"><v>${nth}</v></c>`).join('')
  let sheet = `<row>${texts}</row>`
  for (let row = 0; row < rows; row += 1) {
    const [sku, name, quantity] = itemRow(row)
    sheet += `<row><c t="s"><v>${shared.length}</v></c><c t="s"><v>${shared.length + 1}</v></c><c><v>${quantity}</v></c></row>`
    shared.push(`<si><t>${sku}</t></si>`, `<si><t>${name}</t></si>`)
  }
  return { sheets: { Items: sheet }, shared }
}

const HEADER = ['sku', 'name', 'quantity']

/** One unit of each: the figures then tell how many rows came through. */
function itemRow(row: number): [string, string, number] {
  return [`SKU-${row}`, `Ceylon tea, tin ${row}`, 1]
}

async function* itemRows(rows: number): AsyncGenerator<(string | number)[]> {
  for (let row = 0; row < rows; row += 1) yield itemRow(row)
}
