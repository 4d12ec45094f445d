import { randomUUID } from 'node:crypto'
import type { ImportMode } from '@plimsoll/database'
import { writeCsv, writeXlsx } from '@plimsoll/files'
import { type ExportWhat, openExport } from '../exports/exports.ts'
import { findProblems } from '../imports/import-problems.store.ts'
import type { ImportJob } from '../imports/imports.store.ts'
import { getImport, requestApply, workImport } from '../imports/imports.ts'
import type { ImportContext } from '../imports/open-file.ts'
import { receiveFile } from '../imports/receive-file.ts'
import type { ImportWhat } from '../imports/sheet.ts'

const ALL = { from: undefined, until: undefined, sku: undefined }

/** Imports and exports of files as a test asks for them, each under a name of its own unless one is given. */
export function importDesk(context: () => ImportContext) {
  const check = async (what: ImportWhat, content: string | Buffer, name: string = randomUUID()) => {
    async function* bytes() {
      yield Buffer.from(content)
    }
    const request = { what, name, fileName: name, sheet: undefined, actor: 'ann' }
    const { job } = await receiveFile(context(), request, bytes())
    await workImport(context(), job.importId)
    return await getImport(context(), job.importId)
  }
  const apply = async ({ importId }: ImportJob, mode: ImportMode = 'all-or-nothing') => {
    await requestApply(context(), importId, { mode, confirmZeros: true })
    await workImport(context(), importId)
    return await getImport(context(), importId)
  }
  const exported = async (what: ExportWhat) => {
    const { header, rows } = await openExport(context(), what, ALL)
    return { header, rows: await Array.fromAsync(rows) }
  }
  return {
    check,
    apply,
    exported,
    take: async (what: ImportWhat, content: string | Buffer, name?: string) =>
      await apply(await check(what, content, name)),
    problems: async ({ importId, organizationId }: ImportJob) => {
      const page = { after: undefined, limit: 1_000 }
      const found = await findProblems(context().database.kysely, organizationId, importId, page)
      return found.map(({ row, column, code }) => ({ row, column, code }))
    },
    /** What is exported, as the file that a person would have. */
    file: async (what: ExportWhat, format: 'csv' | 'xlsx') => {
      const { header, rows } = await openExport(context(), what, ALL)
      const write = format === 'csv' ? writeCsv : writeXlsx
      return Buffer.concat(await Array.fromAsync(write(header, rows)))
    },
  }
}
