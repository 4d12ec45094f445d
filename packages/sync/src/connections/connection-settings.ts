import { createHash } from 'node:crypto'
import type { CheckResult } from '@plimsoll/connector-kit'
import { inTransaction } from '@plimsoll/database'
import type { SyncContext } from '../context.ts'
import { syncProblem } from '../errors.ts'
import { notify } from '../notify.ts'
import { findConnection, lockSettings, saveAccount, saveSettings } from './connections.store.ts'
import { parse } from './connections.ts'
import { tryCredentials } from './open-connector.ts'
import type { OpenConnection } from './registry.ts'

/** What a connection was set to, and which version of it that is: the same settings have the same. */
export type SettingsStanding = { settings: Record<string, unknown>; version: number }

/** Settings as they are stored; there are no secrets in them. @throws SyncProblem */
export async function readSettings(context: SyncContext, connectionId: string): Promise<SettingsStanding> {
  const found = await findConnection(context.database.kysely, context.organizationId, connectionId)
  if (found === undefined)
    throw syncProblem('unknown-connection', 'id', `There is no connection ${connectionId}.`)
  return toStanding(found.settings)
}

/**
 * Other settings for a connection that there is: tried with its credentials first, then stored; whoever works it opens it
 * anew. Mappings and all else stay.
 * @param change.version undefined: whatever is there is replaced
 * @returns the version that is there where somebody else changed them meanwhile
 * @throws SyncProblem where they are of another account, or none of the connector's; ConnectorError where they do not work
 */
export async function changeSettings(
  context: SyncContext,
  open: OpenConnection,
  change: { settings: unknown; version: number | undefined },
): Promise<
  ({ kind: 'changed'; check: CheckResult } & SettingsStanding) | { kind: 'version-changed'; version: number }
> {
  const { connectionId, name, account } = open.connection
  const { organizationId } = context
  const settings = parse(open.connector.manifest.settings, change.settings, 'settings')
  const { check } = await tryCredentials(context, { ...open, settings })
  const before = await inTransaction(context.database, async (tx) => {
    const { version } = toStanding(await lockSettings(tx, organizationId, connectionId))
    if (change.version !== undefined && version !== change.version) return { version, isChanged: false }
    if (!(await saveAccount(tx, organizationId, connectionId, check))) {
      const message = `These settings lead to ${check.accountId}; "${name}" is ${account ?? 'another account'}.`
      throw syncProblem('wrong-account', 'settings', message)
    }
    await saveSettings(tx, organizationId, connectionId, settings)
    await notify(tx, organizationId, { kind: 'connection', connectionIds: [connectionId] })
    await notify(tx, organizationId, { kind: 'screen', topics: ['connections'], itemIds: [] })
    return { version, isChanged: true }
  })
  if (!before.isChanged) return { kind: 'version-changed', version: before.version }
  return { kind: 'changed', ...(await readSettings(context, connectionId)), check }
}

/** A number of what they say, as If-Match takes one; JSON of the database has its keys in one order. */
function toStanding(stored: unknown): SettingsStanding {
  const settings = { ...(stored as Record<string, unknown>) }
  return {
    settings,
    version: Number.parseInt(
      createHash('sha256').update(JSON.stringify(settings)).digest('hex').slice(0, 12),
      16,
    ),
  }
}
