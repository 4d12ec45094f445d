import { createWriteStream } from 'node:fs'
import { mkdir, readdir, rm, stat } from 'node:fs/promises'
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
  const pieces = () => readPieces(context.database.kysely, context.masterKey, job)
  if (job.format !== 'xlsx') {
    // Written by `receiveFile` from what its detector answered.
    const encoding = (job.encoding ?? 'utf-8') as Encoding
    return { source: () => ({ format: 'csv', bytes: pieces(), encoding }), close: async () => undefined }
  }
  const folder = folderOf(context)
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

const folderOf = ({ dataFolder }: ImportContext) => join(dataFolder, 'imports')

/** A process that was killed while it read a file left it behind: they say to whom orders go. */
export async function removeLeftFiles(context: ImportContext, before: Date): Promise<void> {
  for (const name of await readdir(folderOf(context)).catch(ifMissing([]))) {
    const path = join(folderOf(context), name)
    // Another process may have just removed it.
    const modifiedAt = await stat(path).then(({ mtime }) => mtime, ifMissing(undefined))
    if (modifiedAt !== undefined && modifiedAt < before) await rm(path, { force: true })
  }
}

const ifMissing =
  <T>(value: T) =>
  (error: unknown): T => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return value
    throw error
  }
