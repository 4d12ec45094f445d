import { removeSecret, saveSecret } from '@plimsoll/accounts'
import { type CheckResult, formOf } from '@plimsoll/connector-kit'
import { inTransaction } from '@plimsoll/database'
import { sql } from 'kysely'
import { nowOf, type SyncContext } from '../context.ts'
import { syncProblem } from '../errors.ts'
import { notify } from '../notify.ts'
import { saveAccount, saveSecretId, saveSettings } from './connections.store.ts'
import { parse } from './connections.ts'
import { tryCredentials } from './open-connector.ts'
import type { OpenConnection } from './registry.ts'
import { sendsForOthers } from './sends-for-others.ts'

/**
 * Changes single settings of a connection; the others, its mappings and all else stay. They are tried on the platform before
 * they hold. What sends orders of other channels goes on to while any of them shows what lies there, or waits for a parcel.
 * @param changes by name; null: as if it had never been given
 * @throws SyncProblem naming the field and the cure; ConnectorError when the platform refuses
 */
export async function changeSettings(
  context: SyncContext,
  open: OpenConnection,
  changes: Readonly<Record<string, unknown>>,
): Promise<CheckResult> {
  const { connector, connection, credentials } = open
  const { connectionId } = connection
  const { organizationId } = context
  const schema = connector.manifest.settings
  const known = new Set(formOf(schema).map(({ name }) => name))
  const unknown = Object.keys(changes).find((name) => !known.has(name))
  if (unknown !== undefined)
    throw syncProblem(
      'invalid-settings',
      `settings.${unknown}`,
      `${connector.manifest.name} has no setting "${unknown}"; it takes ${[...known].join(', ')}.`,
    )
  const merged = Object.entries({ ...(connection.settings as object), ...changes })
  const settings = parse(schema, Object.fromEntries(merged.filter(([, value]) => value !== null)), 'settings')
  if (sendsForOthers(connector, connection.settings) && !sendsForOthers(connector, settings))
    await assertNothingIsSent(context, connectionId)
  const { check, credentials: used } = await tryCredentials(context, { connector, settings, credentials })
  await inTransaction(context.database, async (tx) => {
    if (!(await saveAccount(tx, organizationId, connectionId, check))) {
      const message = `With these settings it is ${check.account}; "${connection.name}" is ${connection.account ?? 'another account'}.`
      throw syncProblem('wrong-account', 'settings', message)
    }
    await saveSettings(tx, organizationId, connectionId, settings)
    // Trying them may have changed what proves the hub there.
    const secretId = context.uuid()
    await saveSecret(tx, context.masterKey, { organizationId, secretId, value: used, at: nowOf(context) })
    const replaced = await saveSecretId(tx, organizationId, connectionId, secretId)
    if (replaced === undefined) throw new Error('a connection that was opened is there')
    await removeSecret(tx, { organizationId, secretId: replaced })
    await notify(tx, organizationId, { kind: 'connection', connectionIds: [connectionId] })
    await notify(tx, organizationId, { kind: 'screen', topics: ['connections'], itemIds: [] })
  })
  return check
}

/** Nobody could ask for what is promised from there any more. */
async function assertNothingIsSent(
  { database, organizationId }: SyncContext,
  connectionId: string,
): Promise<void> {
  const found = await sql<{ why: string }>`
    select 'shipments of it are on their way (' || count(*) || ')' as why from shipment
    where organization_id = ${organizationId} and warehouse_id = ${connectionId}
      and state not in ('shipped', 'cancelled', 'rejected')
    having count(*) > 0
    union all
    select distinct channel.name || ' shows what lies there' from counted_place as place
    join pool_location as pool on pool.organization_id = place.organization_id and pool.location_id = place.location_id
    join connection as channel on channel.organization_id = pool.organization_id
      and channel.connection_id = pool.connection_id
    where place.organization_id = ${organizationId} and place.connection_id = ${connectionId}
    order by why`.execute(database.kysely)
  if (found.rows.length === 0) return
  const why = found.rows.map((row) => row.why).join('; ')
  throw syncProblem(
    'wrong-state',
    'settings',
    `It cannot stop sending orders of other channels yet: ${why}. Let what is on its way end, and show it nowhere else.`,
  )
}
