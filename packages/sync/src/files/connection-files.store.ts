import { type MasterKey, type SealedPlace, sealNamed, unseal } from '@plimsoll/accounts'
import type { FileQuery, LoggedFile, NewFile } from '@plimsoll/connector-kit'
import type { Db, Tx } from '@plimsoll/database'
import { sql } from 'kysely'

/** Files of connections, sealed under the master key and bound to their connection. */

export type FilePlace = { organizationId: string; connectionId: string }

const boundTo = ({ organizationId, connectionId }: FilePlace) => `file ${organizationId} ${connectionId}`

export const sealedFiles: SealedPlace = {
  table: 'connection_file',
  key: ['organizationId', 'connectionId', 'position'],
  isLarge: true,
  boundTo,
}

type Row = Omit<LoggedFile, 'sequence' | 'saidAt' | 'deliveredAt' | 'isAccepted'> & {
  sequence: string
  saidAt: Date | null
  deliveredAt: Date | null
  acceptedAt: Date | null
}

const columns = sql`position, direction, feed, name, sequence, digest, bytes, said_at, kept_at, delivered_at, accepted_at`

/** @param packed its content, as `readFile` gives it back. @returns undefined where it is there already */
export async function insertFile(
  db: Db,
  key: MasterKey,
  place: FilePlace,
  file: Omit<NewFile, 'content'> & { packed: Buffer; digest: string; bytes: number; at: Date },
): Promise<LoggedFile | undefined> {
  const { keyName, sealed } = sealNamed(key, file.packed.toString('base64'), boundTo(place))
  const found = await sql<Row>`
    insert into connection_file
      (organization_id, connection_id, direction, feed, name, sequence, digest, bytes, key_name, sealed, said_at, kept_at)
    values (${place.organizationId}, ${place.connectionId}, ${file.direction}, ${file.feed}, ${file.name},
      ${file.sequence ?? ''}, ${file.digest}, ${file.bytes}, ${keyName}, ${sealed}, ${file.saidAt ?? null}, ${file.at})
    on conflict do nothing
    returning ${columns}`.execute(db)
  return found.rows.map(toFile)[0]
}

/** Files of one name are kept one after the other: each is held against the newest. */
export async function lockFileName(
  tx: Tx,
  { organizationId, connectionId }: FilePlace,
  { feed, name }: Pick<NewFile, 'feed' | 'name'>,
): Promise<void> {
  const turn = `file ${organizationId} ${connectionId} ${feed} ${name}`
  await sql`select pg_advisory_xact_lock(hashtextextended(${turn}, 0))`.execute(tx)
}

/** The file that is there in place of the one that is to be inserted, as `FileLog.keep` says. */
export async function findSameFile(
  db: Db,
  place: FilePlace,
  file: Pick<NewFile, 'direction' | 'feed' | 'name' | 'sequence' | 'saidAt'> & { digest: string },
): Promise<LoggedFile | undefined> {
  const found = await sql<Row>`
    select ${columns} from connection_file
    where organization_id = ${place.organizationId} and connection_id = ${place.connectionId}
      and direction = ${file.direction}
      and case direction
        when 'out' then name = ${file.name}
        else feed = ${file.feed} and digest = ${file.digest} and sequence = ${file.sequence ?? ''}
          and (sequence <> '' or name = ${file.name} and (
            said_at = ${file.saidAt ?? null}::timestamptz
            or position = (
              select max(position) from connection_file
              where organization_id = ${place.organizationId} and connection_id = ${place.connectionId}
                and direction = 'in' and feed = ${file.feed} and name = ${file.name})))
      end
    order by position limit 1`.execute(db)
  return found.rows.map(toFile)[0]
}

/** Oldest first. */
export async function findFiles(
  db: Db,
  place: FilePlace,
  { direction, feeds, name, keptFrom }: Partial<FileQuery>,
): Promise<LoggedFile[]> {
  const found = await sql<Row>`
    select ${columns} from connection_file
    where organization_id = ${place.organizationId} and connection_id = ${place.connectionId}
      and (${direction ?? null}::text is null or direction = ${direction ?? null})
      and (${feeds ?? null}::text[] is null or feed = any(${feeds ?? null}::text[]))
      and (${name ?? null}::text is null or name = ${name ?? null})
      and (${keptFrom ?? null}::timestamptz is null or kept_at >= ${keptFrom ?? null})
    order by position`.execute(db)
  return found.rows.map(toFile)
}

/** The newest ones of a connection, newest first, below a position. */
export async function findFilePage(
  db: Db,
  place: FilePlace,
  { before, limit }: { before: number | undefined; limit: number },
): Promise<LoggedFile[]> {
  const found = await sql<Row>`
    select ${columns} from connection_file
    where organization_id = ${place.organizationId} and connection_id = ${place.connectionId}
      and (${before ?? null}::bigint is null or position < ${before ?? null})
    order by position desc limit ${limit}`.execute(db)
  return found.rows.map(toFile)
}

/** Packed, as it was inserted. @throws SecretUnreadable where the key is another */
export async function findFileContent(
  db: Db,
  key: MasterKey,
  place: FilePlace,
  position: number,
): Promise<Buffer | undefined> {
  const found = await sql<{ sealed: Buffer }>`
    select sealed from connection_file
    where organization_id = ${place.organizationId} and connection_id = ${place.connectionId}
      and position = ${position}`.execute(db)
  const [row] = found.rows
  // Sealed by `insertFile`.
  return row === undefined
    ? undefined
    : Buffer.from(unseal(key, row.sealed, boundTo(place)) as string, 'base64')
}

export async function noteFileDelivered(db: Db, place: FilePlace, position: number, at: Date): Promise<void> {
  await sql`
    update connection_file set delivered_at = ${at}
    where organization_id = ${place.organizationId} and connection_id = ${place.connectionId}
      and position = ${position} and direction = 'out' and delivered_at is null`.execute(db)
}

/** @returns false where there is no such incoming file */
export async function noteFileAccepted(
  db: Db,
  place: FilePlace,
  position: number,
  at: Date,
): Promise<boolean> {
  const noted = await sql`
    update connection_file set accepted_at = coalesce(accepted_at, ${at})
    where organization_id = ${place.organizationId} and connection_id = ${place.connectionId}
      and position = ${position} and direction = 'in'`.execute(db)
  return noted.numAffectedRows === 1n
}

function toFile({ acceptedAt, sequence, saidAt, deliveredAt, ...row }: Row): LoggedFile {
  return {
    ...row,
    sequence: sequence === '' ? undefined : sequence,
    saidAt: saidAt ?? undefined,
    deliveredAt: deliveredAt ?? undefined,
    isAccepted: acceptedAt !== null,
  }
}
