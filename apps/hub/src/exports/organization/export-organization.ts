import { createHash } from 'node:crypto'
import { schemaVersion } from '@plimsoll/database'
import { writeZip, type ZippedFile } from '@plimsoll/files'
import type { SyncContext } from '@plimsoll/sync'
import { sql } from 'kysely'
import { VERSION } from '../../version.ts'
import { findExportedTables, readPeople, readTable } from './exported-tables.store.ts'
import { LEFT_OUT_TABLES } from './left-out.ts'

/** The form of the archive; a reader of an older one may not understand a newer. */
const FORMAT = 1

type ExportedFile = {
  file: string
  rows: number
  bytes: number
  /** SHA-256 of the file, in hexadecimal digits. */
  sha256: string
  /** Columns that are not in it. */
  leftOut: readonly string[]
}

export type ExportManifest = {
  format: number
  version: string
  /** The newest migration of the database. */
  schema: string
  organization: { organizationId: string; name: string }
  exportedAt: string
  files: ExportedFile[]
  leftOut: { table: string; because: string }[]
}

/** How far an export is: the file that was finished, and how many there are. */
type ExportProgress = ExportedFile & { nth: number; of: number }

/**
 * Everything of one organization as a zip archive, while it is read: a file of JSON lines for each table, and at the end a
 * manifest with counts and hashes. All of it is of one moment. Whoever stops reading ends it.
 */
export async function* exportOrganization(
  context: Pick<SyncContext, 'database' | 'organizationId' | 'clock'>,
  organization: { name: string },
  onFile: (progress: ExportProgress) => void = () => undefined,
): AsyncGenerator<Buffer> {
  const { database, organizationId, clock } = context
  const writtenAt = new Date(clock.now())
  const tx = await database.kysely
    .startTransaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute()
  try {
    // Whoever reads may be slow; one that has stopped altogether keeps old rows from being cleared away no longer than this.
    await sql`set local idle_in_transaction_session_timeout = '5min'`.execute(tx)
    const tables = await findExportedTables(tx)
    const manifest: ExportManifest = {
      format: FORMAT,
      version: VERSION,
      schema: await schemaVersion(),
      organization: { organizationId, name: organization.name },
      exportedAt: writtenAt.toISOString(),
      files: [],
      leftOut: Object.entries(LEFT_OUT_TABLES).map(([table, because]) => ({ table, because })),
    }
    const of = tables.length + 1
    const note = (file: ExportedFile) => {
      manifest.files.push(file)
      onFile({ ...file, nth: manifest.files.length, of })
    }
    const files: ZippedFile[] = tables.map((each) => ({
      name: `${each.table}.ndjson`,
      content: linesOf(readTable(tx, organizationId, each), (counted) =>
        note({ file: `${each.table}.ndjson`, ...counted, leftOut: each.leftOut }),
      ),
    }))
    files.push({
      name: 'people.ndjson',
      content: linesOf(readPeople(tx, organizationId), (counted) =>
        note({ file: 'people.ndjson', ...counted, leftOut: [] }),
      ),
    })
    files.push({ name: 'manifest.json', content: textOf(() => `${JSON.stringify(manifest, null, 2)}\n`) })
    yield* writeZip(files, { writtenAt })
  } finally {
    // It has changed nothing.
    await tx.rollback().execute()
  }
}

type Counted = Pick<ExportedFile, 'rows' | 'bytes' | 'sha256'>

async function* linesOf(
  parts: AsyncIterable<string[]>,
  onEnd: (counted: Counted) => void,
): AsyncGenerator<Buffer> {
  const hash = createHash('sha256')
  let [rows, bytes] = [0, 0]
  for await (const lines of parts) {
    const part = Buffer.from(`${lines.join('\n')}\n`)
    hash.update(part)
    rows += lines.length
    bytes += part.length
    yield part
  }
  onEnd({ rows, bytes, sha256: hash.digest('hex') })
}

/** Made when its turn comes: the manifest is of what was written before it. */
async function* textOf(make: () => string): AsyncGenerator<Buffer> {
  yield Buffer.from(make())
}
