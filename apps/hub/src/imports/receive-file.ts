import { createHash } from 'node:crypto'
import { inTransaction } from '@plimsoll/database'
import { detectFormat, EncodingDetector, type FileFormat, FileProblem } from '@plimsoll/files'
import { digestOf } from '@plimsoll/stock'
import { nowOf, type SyncContext } from '@plimsoll/sync'
import { hasPieces, insertPiece, readPieces } from './import-file.store.ts'
import {
  checkAgain,
  deleteJob,
  findJob,
  findJobByIdentity,
  finishUpload,
  type ImportJob,
  insertJob,
} from './imports.store.ts'
import type { ImportWhat } from './sheet.ts'

export const FILE_BYTES_MAX = 500 * 1024 ** 2
const PIECE_BYTES = 512 * 1024
/** An upload that stands still for so long has broken off. */
const UPLOAD_HELD_MS = 3_600_000

export type NewImport = {
  what: ImportWhat
  /** Under one name nothing is received twice. */
  name: string
  fileName: string
  /** Of an Excel file; undefined: the first. */
  sheet: string | undefined
  actor: string
}

/**
 * Takes a file in as it comes, a piece at a time. The same file again, under the same name, is the import that there
 * was: one that is done stays done, one with problems is looked at again.
 * @throws FileProblem too large, empty, of a kind that is never read
 */
export async function receiveFile(
  context: SyncContext,
  request: NewImport,
  bytes: AsyncIterable<Uint8Array>,
): Promise<{ job: ImportJob; isKnown: boolean }> {
  const { organizationId } = context
  const { kysely } = context.database
  const importId = context.uuid()
  const at = nowOf(context)
  const heldUntil = new Date(at.getTime() + UPLOAD_HELD_MS)
  const { what, name, fileName, sheet = null, actor } = request
  await insertJob(kysely, { organizationId, importId, what, name, fileName, sheet, actor, at, heldUntil })
  let isKept = false
  try {
    const file = await storePieces(bytes, async (ordinal, content) =>
      insertPiece(kysely, context.masterKey, { organizationId, importId, ordinal, content }),
    )
    const identity = digestOf([what, name, sheet, file.digest])
    isKept = await finishUpload(kysely, { organizationId, importId, identity, ...file })
    if (isKept) return { job: await getJob(context, importId), isKnown: false }
    const known = await findJobByIdentity(kysely, organizationId, identity)
    if (known === undefined) throw new Error('the import of this identity was deleted meanwhile')
    await takeUpAgain(context, { from: importId, to: known.importId, actor })
    return { job: await getJob(context, known.importId), isKnown: true }
  } finally {
    if (!isKept) await deleteJob(kysely, organizationId, importId)
  }
}

/** The import that there was is looked at again; its file may not have been kept until now, and has just come once more. */
async function takeUpAgain(
  { database, masterKey, organizationId }: SyncContext,
  { from, to, actor }: { from: string; to: string; actor: string },
): Promise<void> {
  await inTransaction(database, async (tx) => {
    if (!(await checkAgain(tx, organizationId, { importId: to, actor }))) return
    if (await hasPieces(tx, organizationId, to)) return
    let ordinal = 0
    // Each is sealed for its own import.
    for await (const content of readPieces(tx, masterKey, { organizationId, importId: from })) {
      await insertPiece(tx, masterKey, { organizationId, importId: to, ordinal, content })
      ordinal += 1
    }
  })
}

async function getJob({ database, organizationId }: SyncContext, importId: string): Promise<ImportJob> {
  const job = await findJob(database.kysely, organizationId, importId)
  if (job === undefined) throw new Error('the import was deleted meanwhile')
  return job
}

type StoredFile = { format: FileFormat; encoding: string | null; bytes: number; digest: string }

async function storePieces(
  bytes: AsyncIterable<Uint8Array>,
  store: (ordinal: number, content: Buffer) => Promise<void>,
): Promise<StoredFile> {
  const hash = createHash('sha256')
  const detector = new EncodingDetector()
  let format: FileFormat | undefined
  let gathered: Uint8Array[] = []
  let gatheredBytes = 0
  let total = 0
  let ordinal = 0
  const flush = async () => {
    const piece = Buffer.concat(gathered)
    gathered = []
    gatheredBytes = 0
    format ??= detectFormat(piece)
    hash.update(piece)
    if (format === 'csv') detector.push(piece)
    await store(ordinal, piece)
    ordinal += 1
  }
  for await (const chunk of bytes) {
    total += chunk.length
    if (total > FILE_BYTES_MAX) {
      const megabytes = FILE_BYTES_MAX / 1024 ** 2
      throw new FileProblem('file-too-large', `The file has more than ${megabytes} MB.`)
    }
    gathered.push(chunk)
    gatheredBytes += chunk.length
    if (gatheredBytes >= PIECE_BYTES) await flush()
  }
  if (gatheredBytes > 0) await flush()
  if (format === undefined) throw new FileProblem('file-empty', 'The file is empty.')
  const encoding = format === 'csv' ? detector.end() : null
  return { format, encoding, bytes: total, digest: hash.digest('hex') }
}
