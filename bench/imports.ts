import { createWriteStream } from 'node:fs'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { openDatabase } from '../packages/database/src/index.ts'
import { writeCsv, writeXlsx } from '../packages/files/src/index.ts'
import { verifyStock } from '../packages/stock/src/index.ts'
import { importInProcess } from './imports/import-process.ts'
import type { Bench } from './main.ts'

const FORMATS = ['csv', 'xlsx'] as const

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
  format: (typeof FORMATS)[number],
  rows: number,
  say: (line: string) => void,
): Promise<Record<string, unknown>> {
  const folder = await mkdtemp(path.join(tmpdir(), 'plimsoll-bench-'))
  const database = await openDatabase({ dataFolder: folder, keep: 'stop-with-process', poolMax: 2 })
  try {
    const file = path.join(folder, `items.${format}`)
    const write = format === 'csv' ? writeCsv : writeXlsx
    await pipeline(write(['sku', 'name', 'quantity'], itemRows(rows)), createWriteStream(file))
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

/** One unit of each: the figures then tell how many rows came through. */
async function* itemRows(rows: number): AsyncGenerator<(string | number)[]> {
  for (let row = 0; row < rows; row += 1) yield [`SKU-${row}`, `Ceylon tea, tin ${row}`, 1]
}
