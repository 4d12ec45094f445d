import { createWriteStream } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Encoding, TableSource } from '@plimsoll/files'
import type { SyncContext } from '@plimsoll/sync'
import { readPieces } from './import-file.store.ts'
import type { ImportJob } from './imports.store.ts'

/** What an import works with: the context of the hub, and a folder for what must lie on a disk for a while. */
export type ImportContext = SyncContext & { dataFolder: string }

/**
 * Opens the file of an import as often as it must be read. An Excel file is read from its end, so it is laid into the
 * data folder until `close`.
 */
export async function openFile(
  context: ImportContext,
  job: ImportJob,
): Promise<{ source(): TableSource; close(): Promise<void> }> {
  const pieces = () => readPieces(context.database.kysely, job.organizationId, job.importId)
  if (job.format !== 'xlsx') {
    // Written by `receiveFile` from what its detector answered.
    const encoding = (job.encoding ?? 'utf-8') as Encoding
    return { source: () => ({ format: 'csv', bytes: pieces(), encoding }), close: async () => undefined }
  }
  const folder = join(context.dataFolder, 'imports')
  await mkdir(folder, { recursive: true })
  // A name of its own: another process may read the same file.
  const path = join(folder, `${job.importId}-${context.uuid()}.xlsx`)
  const close = () => rm(path, { force: true })
  try {
    await pipeline(Readable.from(pieces()), createWriteStream(path))
  } catch (error) {
    await close()
    throw error
  }
  return { source: () => ({ format: 'xlsx', path, sheet: job.sheet ?? undefined }), close }
}
