import type { Db, Tx } from '@plimsoll/database'
import { sql } from 'kysely'

/** A piece of a file, in the order of coming in. */
export async function insertPiece(
  db: Db,
  piece: { organizationId: string; importId: string; ordinal: number; content: Buffer },
): Promise<void> {
  await sql`
    insert into import_piece (organization_id, import_id, ordinal, content)
    values (${piece.organizationId}, ${piece.importId}, ${piece.ordinal}, ${piece.content})`.execute(db)
}

/** The file as it came in, a piece at a time. */
export async function* readPieces(db: Db, organizationId: string, importId: string): AsyncGenerator<Buffer> {
  for (let ordinal = 0; ; ordinal += 1) {
    const found = await sql<{ content: Buffer }>`
      select content from import_piece
      where organization_id = ${organizationId} and import_id = ${importId} and ordinal = ${ordinal}`.execute(
      db,
    )
    const [piece] = found.rows
    if (piece === undefined) return
    yield piece.content
  }
}

/** Whether the file is still there. */
export async function hasPieces(db: Db, organizationId: string, importId: string): Promise<boolean> {
  const found = await sql`
    select from import_piece
    where organization_id = ${organizationId} and import_id = ${importId} and ordinal = 0`.execute(db)
  return found.rows.length > 0
}

/** Nothing is left to be done with the file, and nothing to be shown of it. */
export async function deletePieces(tx: Tx, organizationId: string, importId: string): Promise<void> {
  await sql`
    delete from import_piece
    where organization_id = ${organizationId} and import_id = ${importId}`.execute(tx)
}

/** Uploads that broke off, and files that nobody has asked for in a long time. */
export async function tidyImports(
  db: Db,
  organizationId: string,
  before: { uploads: Date; files: Date },
): Promise<void> {
  await sql`
    delete from import_job
    where organization_id = ${organizationId} and state = 'uploading' and held_until < ${before.uploads}`.execute(
    db,
  )
  await sql`
    delete from import_job
    where organization_id = ${organizationId} and created_at < ${before.files}
      and state in ('unreadable', 'checked')`.execute(db)
  await sql`
    delete from import_piece
    using import_job
    where import_piece.organization_id = ${organizationId} and import_job.organization_id = ${organizationId}
      and import_job.import_id = import_piece.import_id and import_job.state = 'done'
      and import_job.finished_at < ${before.files}`.execute(db)
}
