import { type Db, inTransaction } from '@plimsoll/database'
import { findConnectionId } from '../connections/connections.ts'
import { nowOf, type SyncContext } from '../context.ts'
import { findGuardRow, findGuardRows, type GuardRow, saveGuardRow } from './guard.store.ts'
import { DEFAULT_GUARD, type GuardSettings } from './stampede.ts'

const FIELDS = Object.keys(DEFAULT_GUARD) as (keyof GuardSettings)[]

/** What holds for a connection, or, without one, for the organization: the nearest setting of each field. */
export async function readGuard(
  db: Db,
  organizationId: string,
  connectionId: string | undefined,
): Promise<GuardSettings> {
  return mergeGuards(await findGuardRows(db, organizationId, connectionId))
}

/** Merges from far to near over the defaults. */
export function mergeGuards(farToNear: readonly Partial<GuardRow>[]): GuardSettings {
  const merged = { ...DEFAULT_GUARD }
  for (const row of farToNear) for (const field of FIELDS) merged[field] = row[field] ?? merged[field]
  return merged
}

/** A field that is left out stays; null takes it back. */
export type GuardChange = { [Field in keyof GuardSettings]?: number | null | undefined }

/**
 * Changes how much may go to zero or rise at once, of a connection (by id or name) or of the organization.
 * @returns what holds now
 * @throws SyncProblem for a connection that is not known
 */
export async function changeGuard(
  context: SyncContext,
  connection: string | undefined,
  change: GuardChange,
  actor: string,
): Promise<GuardSettings> {
  const { organizationId, database } = context
  const connectionId = connection === undefined ? undefined : await findConnectionId(context, connection)
  const scope =
    connectionId === undefined
      ? { scope: 'organization' as const, scopeId: organizationId }
      : { scope: 'connection' as const, scopeId: connectionId }
  await inTransaction(database, async (tx) => {
    const before = await findGuardRow(tx, organizationId, scope)
    const row = Object.fromEntries(
      FIELDS.map((field) => [field, change[field] === undefined ? (before?.[field] ?? null) : change[field]]),
    ) as GuardRow
    await saveGuardRow(tx, organizationId, scope, { row, actor, at: nowOf(context) })
  })
  return await readGuard(database.kysely, organizationId, connectionId)
}
