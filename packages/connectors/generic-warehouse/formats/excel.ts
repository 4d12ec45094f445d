import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Malformed } from '@plimsoll/connector-kit'
import { FileProblem, readRows } from '@plimsoll/files'
import type { FileRow } from './csv.ts'

/** The rows of one sheet under the names of its header; dates and numbers as they are shown. @throws Malformed */
export async function readExcel(
  content: Uint8Array,
  { sheet, headerRow }: { sheet?: string | undefined; headerRow: number },
  name: string,
): Promise<FileRow[]> {
  // An Excel file is read from disk, part by part: it says at its end where its beginning is.
  const folder = await mkdtemp(path.join(tmpdir(), 'plimsoll-warehouse-'))
  try {
    const file = path.join(folder, 'file.xlsx')
    await writeFile(file, content, { mode: 0o600 })
    let names: string[] | undefined
    const rows: FileRow[] = []
    for await (const row of readRows({ format: 'xlsx', path: file, sheet })) {
      if (row.number < headerRow) continue
      if (names === undefined) {
        names = row.cells.map((cell) => cell.trim())
        continue
      }
      const columns = names
      const present = row.cells.flatMap((cell, at): [string, string][] => {
        const column = columns[at] ?? ''
        return cell.trim() === '' || column === '' ? [] : [[column, cell.trim()]]
      })
      const bad = row.badCells?.[0]
      rows.push({
        number: row.number,
        values: Object.fromEntries(present),
        ...(bad !== undefined && { problem: `${bad.address}: ${bad.code}` }),
      })
    }
    if (names === undefined) throw new Malformed(`${name} is not read: it has no row with names.`, '')
    return rows
  } catch (error) {
    if (!(error instanceof FileProblem)) throw error
    throw new Malformed(`${name} is not read: ${error.message}`, '', true, { cause: error })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
