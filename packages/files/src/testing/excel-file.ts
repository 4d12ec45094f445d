import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { ZipFile } from 'yazl'

/** What a test says of an Excel file, as Excel itself writes it. */
export type ExcelParts = {
  /** What stands within `sheetData`, by the names of the sheets. */
  sheets: Record<string, string>
  /** Texts that cells of type `s` refer to. */
  shared?: readonly string[]
  /** `numFmtId` and, where it is not built in, the format of each cell style. */
  styles?: readonly { id: number; code?: string }[]
  /** After `sheetData`, such as merged cells. */
  after?: string
  hidden?: readonly string[]
  is1904?: boolean
}

/** Writes the file into a folder of its own. */
export async function makeExcelFile(parts: ExcelParts): Promise<{ path: string; remove(): Promise<void> }> {
  const names = Object.keys(parts.sheets)
  return await makeZipFile({
    'xl/workbook.xml': `<workbook xmlns:r="r"><workbookPr date1904="${parts.is1904 === true ? 1 : 0}"/><sheets>${names
      .map(
        (name, at) =>
          `<sheet name="${name}" sheetId="${at + 1}" r:id="rId${at + 1}"${parts.hidden?.includes(name) ? ' state="hidden"' : ''}/>`,
      )
      .join('')}</sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `<Relationships>${names
      .map((_, at) => `<Relationship Id="rId${at + 1}" Target="worksheets/sheet${at + 1}.xml"/>`)
      .join('')}</Relationships>`,
    ...(parts.shared && { 'xl/sharedStrings.xml': `<sst>${parts.shared.join('')}</sst>` }),
    ...(parts.styles && {
      'xl/styles.xml': `<styleSheet><numFmts>${parts.styles
        .map(({ id, code }) => (code === undefined ? '' : `<numFmt numFmtId="${id}" formatCode="${code}"/>`))
        .join('')}</numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs>${parts.styles
        .map(({ id }) => `<xf numFmtId="${id}"/>`)
        .join('')}</cellXfs></styleSheet>`,
    }),
    ...Object.fromEntries(
      names.map((name, at) => [
        `xl/worksheets/sheet${at + 1}.xml`,
        `<worksheet><sheetData>${parts.sheets[name]}</sheetData>${parts.after ?? ''}</worksheet>`,
      ]),
    ),
  })
}

export async function makeZipFile(
  parts: Record<string, string | Buffer>,
): Promise<{ path: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'plimsoll-excel-'))
  const path = join(folder, 'book.xlsx')
  const zip = new ZipFile()
  for (const [name, content] of Object.entries(parts)) zip.addBuffer(Buffer.from(content), name)
  zip.end()
  await pipeline(zip.outputStream, createWriteStream(path))
  return { path, remove: () => rm(folder, { recursive: true, force: true }) }
}

/** A row of cells given as Excel writes them: `row(2, '<c r="A2"><v>5</v></c>')`. */
export function row(number: number, ...cells: string[]): string {
  return `<row r="${number}">${cells.join('')}</row>`
}

/** A cell with a text of its own. */
export function text(address: string, content: string): string {
  return `<c r="${address}" t="inlineStr"><is><t>${content}</t></is></c>`
}
