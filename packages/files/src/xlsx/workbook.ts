import { FileProblem } from '../errors.ts'
import type { Archive } from './archive.ts'
import { type NumberKind, numberKindOf } from './number-formats.ts'
import { readXml } from './xml-events.ts'

export type Workbook = {
  sheets: { name: string; part: string; isHidden: boolean }[]
  is1904: boolean
  /** By the number of a cell's style. */
  numberKinds: NumberKind[]
}

const WORKBOOK = 'xl/workbook.xml'

/** @throws FileProblem when it is another kind of zip file */
export async function readWorkbook(archive: Archive): Promise<Workbook> {
  if (!archive.has(WORKBOOK)) {
    throw new FileProblem('file-unreadable', 'The file is a zip file, but no Excel workbook (.xlsx).')
  }
  const targets = await readTargets(archive)
  const sheets: Workbook['sheets'] = []
  let is1904 = false
  await readXml(archive.read(WORKBOOK), {
    open: (name, attributes) => {
      if (name === 'workbookPr') is1904 = /^(1|true)$/.test(attributes.date1904 ?? '')
      if (name !== 'sheet') return
      const id = Object.entries(attributes).find(([key]) => key.endsWith(':id'))?.[1] ?? ''
      const part = targets.get(id)
      const state = attributes.state ?? 'visible'
      // Charts are sheets, too, and have no cells.
      if (part?.includes('worksheets/')) {
        sheets.push({ name: attributes.name ?? '', part, isHidden: state !== 'visible' })
      }
    },
    text: () => undefined,
    close: () => undefined,
  })
  if (sheets.length === 0) throw new FileProblem('file-empty', 'The Excel file has no sheet of cells.')
  return { sheets, is1904, numberKinds: await readNumberKinds(archive) }
}

async function readTargets(archive: Archive): Promise<Map<string, string>> {
  const targets = new Map<string, string>()
  await readXml(archive.read('xl/_rels/workbook.xml.rels'), {
    open: (name, { Id = '', Target = '' }) => {
      if (name !== 'Relationship') return
      targets.set(Id, Target.startsWith('/') ? Target.slice(1) : `xl/${Target.replace(/^\.\//, '')}`)
    },
    text: () => undefined,
    close: () => undefined,
  })
  return targets
}

async function readNumberKinds(archive: Archive): Promise<NumberKind[]> {
  const kinds: NumberKind[] = []
  if (!archive.has('xl/styles.xml')) return kinds
  const codes = new Map<number, string>()
  let isCellFormats = false
  await readXml(archive.read('xl/styles.xml'), {
    open: (name, attributes) => {
      if (name === 'numFmt') codes.set(Number(attributes.numFmtId), attributes.formatCode ?? '')
      else if (name === 'cellXfs') isCellFormats = true
      else if (name === 'xf' && isCellFormats) {
        const id = Number(attributes.numFmtId ?? 0)
        kinds.push(numberKindOf(id, codes.get(id)))
      }
    },
    text: () => undefined,
    close: (name) => {
      if (name === 'cellXfs') isCellFormats = false
    },
  })
  return kinds
}
