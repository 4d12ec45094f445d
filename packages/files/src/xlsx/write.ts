import { Readable } from 'node:stream'
import { ZipFile } from 'yazl'
import type { WrittenCell } from '../csv-write.ts'
import { plainText } from '../csv-write.ts'
import { FileProblem } from '../errors.ts'
import { escapeText } from './escaped-text.ts'
import { columnName } from './read.ts'

const EXCEL_ROWS_MAX = 1_048_576
const PART_CHARACTERS = 65_536
const HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
const RELATIONS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006'

/** The moment in the zip file's list: the same table makes the same bytes. */
const WRITTEN_AT = new Date('2000-01-01T00:00:00Z')

/**
 * Rows as an Excel file of one sheet, as they come. Texts are formatted as text, so that 00123 stays 00123 when a
 * person edits the file, and none of them is ever a formula.
 * @throws FileProblem when there are more rows than Excel can show
 */
export async function* writeXlsx(
  header: readonly string[],
  rows: AsyncIterable<readonly WrittenCell[]>,
  sheetName = 'Plimsoll',
): AsyncGenerator<Buffer> {
  const zip = new ZipFile()
  const options = { mtime: WRITTEN_AT }
  for (const [name, xml] of Object.entries(fixedParts(sheetName))) {
    zip.addBuffer(Buffer.from(HEAD + xml), name, options)
  }
  const failed = new Promise<never>((_, reject) => {
    zip.on('error', reject)
    const sheet = Readable.from(sheetXml(header, rows))
    // The archive does not pass on what goes wrong in a stream that it reads.
    sheet.on('error', reject)
    zip.addReadStream(sheet, 'xl/worksheets/sheet1.xml', options)
  })
  failed.catch(() => undefined) // thrown below
  zip.end()
  const written = Readable.from(zip.outputStream)[Symbol.asyncIterator]()
  for (;;) {
    const next = await Promise.race([written.next(), failed])
    if (next.done === true) return
    yield next.value
  }
}

async function* sheetXml(
  header: readonly string[],
  rows: AsyncIterable<readonly WrittenCell[]>,
): AsyncGenerator<Buffer> {
  let part = `${HEAD}<worksheet xmlns="${MAIN}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" state="frozen"/></sheetView></sheetViews><sheetData>`
  part += rowXml(1, header)
  let number = 1
  for await (const row of rows) {
    number += 1
    if (number > EXCEL_ROWS_MAX) {
      throw new FileProblem('file-too-large', 'Excel shows 1,048,576 rows at most; this table has more.')
    }
    part += rowXml(number, row)
    if (part.length < PART_CHARACTERS) continue
    yield Buffer.from(part)
    part = ''
  }
  yield Buffer.from(`${part}</sheetData></worksheet>`)
}

function rowXml(number: number, cells: readonly WrittenCell[]): string {
  return `<row r="${number}">${cells.map((cell, index) => cellXml(`${columnName(index)}${number}`, cell)).join('')}</row>`
}

function cellXml(address: string, cell: WrittenCell): string {
  if (cell === null || cell === '') return ''
  // Beyond 15 digits Excel would round.
  if (typeof cell === 'number' && Math.abs(cell) < 1e15) return `<c r="${address}"><v>${cell}</v></c>`
  const text = escapeText(plainText(cell).replace(/\r\n?/g, '\n'))
  return `<c r="${address}" s="1" t="inlineStr"><is><t xml:space="preserve">${text}</t></is></c>`
}

function fixedParts(sheetName: string): Record<string, string> {
  const type = 'application/vnd.openxmlformats-officedocument.spreadsheetml'
  const name = escapeText(sheetName).replaceAll('"', '&quot;')
  return {
    '[Content_Types].xml': `<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${type}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="${type}.worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="${type}.styles+xml"/></Types>`,
    '_rels/.rels': `<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    'xl/workbook.xml': `<workbook xmlns="${MAIN}" xmlns:r="${RELATIONS}"><sheets><sheet name="${name}" sheetId="1" r:id="rId1"/></sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="${RELATIONS}/styles" Target="styles.xml"/></Relationships>`,
    // Style 1 is text (format 49).
    'xl/styles.xml': `<styleSheet xmlns="${MAIN}"><fonts count="1"><font/></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2"><xf/><xf numFmtId="49" applyNumberFormat="1"/></cellXfs></styleSheet>`,
  }
}
