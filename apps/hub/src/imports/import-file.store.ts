import { type MasterKey, type SealedPlace, sealNamed, unseal } from '@plimsoll/accounts'
import type { Db, Tx } from '@plimsoll/database'
import { sql } from 'kysely'

/** Files of imports, in pieces that are sealed under the master key: to whom orders go may stand in them. */

type Place = { organizationId: string; importId: string; ordinal: number }

/** Bound to its place, so that no piece is taken for another. */
const boundTo = ({ organizationId, importId, ordinal }: Place) =>
  `import ${organizationId} ${importId} ${ordinal}`

export const sealedPieces: SealedPlace = {
  table: 'import_piece',
  key: ['organizationId', 'importId', 'ordinal'],
  isLarge: true,
  boundTo: (row: { organizationId: string; importId: string; ordinal: string }) =>
    boundTo({ ...row, ordinal: Number(row.ordinal) }),
}

/** A piece of a file, in the order of coming in. */
export async function insertPiece(db: Db, key: MasterKey, piece: Place & { content: Buffer }): Promise<void> {
  const { keyName, sealed } = sealNamed(key, piece.content.toString('base64'), boundTo(piece))
  await sql`
    insert into import_piece (organization_id, import_id, ordinal, key_name, sealed)
    values (${piece.organizationId}, ${piece.importId}, ${piece.ordinal}, ${keyName}, ${sealed})`.execute(db)
}

/**
 * The file as it came in, a piece at a time.
 * @throws SecretUnreadable where the key is another
 */
export async function* readPieces(
  db: Db,
  key: MasterKey,
  { organizationId, importId }: { organizationId: string; importId: string },
): AsyncGenerator<Buffer> {
  for (let ordinal = 0; ; ordinal += 1) {
    const found = await sql<{ content: Buffer; sealed: null } | { content: null; sealed: Buffer }>`
      select content, sealed from import_piece
      where organization_id = ${organizationId} and import_id = ${importId} and ordinal = ${ordinal}`.execute(
      db,
    )
    const [piece] = found.rows
    if (piece === undefined) return
    // Sealed by `insertPiece`: what is in it is of our own making.
    yield piece.sealed === null
      ? piece.content
      : Buffer.from(
          unseal(key, piece.sealed, boundTo({ organizationId, importId, ordinal })) as string,
          'base64',
        )
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

/**
 * Uploads that broke off, and files that nobody has asked for in a long time.
 * @param personal.what imports whose files say who somebody is: those are kept no longer than that is
 */
export async function tidyImports(
  db: Db,
  organizationId: string,
  {
    personal,
    ...before
  }: { uploads: Date; files: Date; personal: { what: readonly string[]; before: Date } },
): Promise<void> {
  const isOld = (at: ReturnType<typeof sql>) => sql`
    (${at} < ${before.files} or (what = any(${sql.val([...personal.what])}) and ${at} < ${personal.before}))`
  await sql`
    delete from import_job
    where organization_id = ${organizationId} and state = 'uploading' and held_until < ${before.uploads}`.execute(
    db,
  )
  await sql`
    delete from import_job
    where organization_id = ${organizationId} and ${isOld(sql`created_at`)}
      and state in ('unreadable', 'checked')`.execute(db)
  await sql`
    delete from import_piece
    using import_job
    where import_piece.organization_id = ${organizationId} and import_job.organization_id = ${organizationId}
      and import_job.import_id = import_piece.import_id and import_job.state = 'done'
      and ${isOld(sql`import_job.finished_at`)}`.execute(db)
}
