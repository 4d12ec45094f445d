import { tooManyColumns, tooManyRows } from '../csv-read.ts'
import { FileProblem } from '../errors.ts'
import { COLUMNS_MAX, isBlank, ROWS_MAX, type TableRow } from '../table-row.ts'
import { openArchive } from './archive.ts'
import { type RawCell, toCellText } from './cell-values.ts'
import { readSharedTexts, SharedTexts } from './shared-texts.ts'
import { readWorkbook, type Workbook } from './workbook.ts'
import { feedXml } from './xml-events.ts'

const SHARED_TEXTS = 'xl/sharedStrings.xml'

/** The names of the sheets of an Excel file, in their order. @throws FileProblem */
export async function listSheets(path: string): Promise<string[]> {
  const archive = await openArchive(path)
  try {
    return (await readWorkbook(archive)).sheets.map(({ name }) => name)
  } finally {
    archive.close()
  }
}

/**
 * The rows of one sheet, blank ones left out, as they are read: only the texts that cells share stay in memory.
 * @param sheet its name; without one the first that is not hidden
 * @throws FileProblem unreadable, no such sheet, more than is taken
 */
export async function* readXlsx(path: string, sheet: string | undefined): AsyncGenerator<TableRow> {
  const archive = await openArchive(path)
  try {
    const workbook = await readWorkbook(archive)
    const { part } = findSheet(workbook, sheet)
    const texts = archive.has(SHARED_TEXTS)
      ? await readSharedTexts(archive.read(SHARED_TEXTS))
      : new SharedTexts()
    const gathered: TableRow[] = []
    for await (const _ of feedXml(archive.read(part), sheetHandler(workbook, texts, gathered))) {
      for (const row of gathered) if (!isBlank(row)) yield row
      gathered.length = 0
    }
  } finally {
    archive.close()
  }
}

function findSheet({ sheets }: Workbook, name: string | undefined): Workbook['sheets'][number] {
  const found =
    name === undefined
      ? (sheets.find(({ isHidden }) => !isHidden) ?? sheets[0])
      : (sheets.find((sheet) => sheet.name === name) ??
        sheets.find((sheet) => sheet.name.trim().toLowerCase() === name.trim().toLowerCase()))
  if (found !== undefined) return found
  const names = sheets.map((sheet) => `"${sheet.name}"`).join(', ')
  throw new FileProblem('sheet-unknown', `The file has no sheet "${name}"; it has ${names}.`)
}

function sheetHandler(workbook: Workbook, texts: SharedTexts, gathered: TableRow[]) {
  const values = { is1904: workbook.is1904, sharedText: (index: number) => texts.get(index) }
  let row: TableRow = { number: 0, cells: [] }
  let cell: RawCell | undefined
  let column = -1
  let isValue = false
  return {
    open: (name: string, attributes: Record<string, string>) => {
      if (name === 'row') {
        // Rows and cells may leave their numbers out; they are then the next.
        row = { number: Number(attributes.r ?? row.number + 1), cells: [] }
        if (row.number > ROWS_MAX) throw tooManyRows()
        column = -1
      } else if (name === 'c') {
        column = attributes.r === undefined ? column + 1 : columnOf(attributes.r)
        if (!(column < COLUMNS_MAX)) throw tooManyColumns(row.number)
        cell = {
          type: attributes.t ?? 'n',
          value: undefined,
          hasFormula: false,
          numberKind: workbook.numberKinds[Number(attributes.s ?? 0)] ?? { kind: 'plain' },
        }
      } else if (cell !== undefined) {
        if (name === 'v' || (name === 't' && cell.type === 'inlineStr')) {
          cell.value ??= ''
          isValue = true
        } else if (name === 'f') cell.hasFormula = true
      }
    },
    text: (piece: string) => {
      if (isValue && cell !== undefined) cell.value += piece
    },
    close: (name: string) => {
      if (name === 'v' || name === 't') isValue = false
      else if (name === 'c' && cell !== undefined) {
        addCell(row, column, toCellText(cell, values))
        cell = undefined
      } else if (name === 'row') gathered.push(row)
    },
  }
}

function addCell(row: TableRow, index: number, { text, bad }: ReturnType<typeof toCellText>): void {
  if (text === '' && bad === undefined) return
  while (row.cells.length < index) row.cells.push('')
  row.cells[index] = text
  if (bad === undefined) return
  row.badCells ??= []
  row.badCells.push({ index, code: bad, address: `${columnName(index)}${row.number}` })
}

/** 0 for A, 26 for AA. */
function columnOf(address: string): number {
  let number = 0
  for (const letter of address.replace(/[^A-Z].*$/i, '').toUpperCase())
    number = number * 26 + letter.charCodeAt(0) - 64
  return number - 1
}

/** A for 0, AA for 26. */
export function columnName(index: number): string {
  const letter = String.fromCharCode(65 + (index % 26))
  return index < 26 ? letter : columnName(Math.floor(index / 26) - 1) + letter
}
