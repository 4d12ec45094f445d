import { createHash } from 'node:crypto'
import { removeSecret, saveSecret } from '@plimsoll/accounts'
import { type CheckResult, formOf } from '@plimsoll/connector-kit'
import { type Db, inTransaction, type Tx } from '@plimsoll/database'
import { sql } from 'kysely'
import { nowOf, type SyncContext } from '../context.ts'
import { type SyncProblem, syncProblem } from '../errors.ts'
import { notify } from '../notify.ts'
import { findConnection, lockSettings, saveAccount, saveSecretId, saveSettings } from './connections.store.ts'
import { liftRefusals, parse, recordCredentials } from './connections.ts'
import { tryCredentials, trySettings } from './open-connector.ts'
import { assertInReach } from './reach.ts'
import { type OpenConnection, openStored } from './registry.ts'
import { sendsForOthers } from './sends-for-others.ts'
import { assertSamePlaces } from './settings-places.ts'

/** What a connection was set to, and which version of it that is: the same settings have the same. */
export type SettingsStanding = { settings: Record<string, unknown>; version: number }

type Changed = { kind: 'changed'; check: CheckResult } & SettingsStanding

/** Single settings are merged anew where somebody else changed others meanwhile. */
const TRIES_MAX = 5

/** Settings as they are stored; there are no secrets in them. @throws SyncProblem */
export async function readSettings(context: SyncContext, connectionId: string): Promise<SettingsStanding> {
  const found = await findConnection(context.database.kysely, context.organizationId, connectionId)
  if (found === undefined) throw noSuchConnection(connectionId)
  return toStanding(found.settings)
}

/**
 * Other settings for a connection that there is: tried with its credentials first, then stored; whoever works it opens it
 * anew. Mappings and all else stay. What sends orders of other channels goes on to while any of them shows what lies there,
 * or waits for a parcel.
 * @param change.version undefined: whatever is there is replaced
 * @param change.credentials to be used with them from then on; undefined: the stored ones, which are only sent to where they
 * were given for, and stay as they are
 * @returns the version that is there where somebody else changed them meanwhile
 * @throws SyncProblem where they are of another account, or none of the connector's; ConnectorError where they do not work
 */
export async function changeSettings(
  context: SyncContext,
  connectionId: string,
  change: Change,
): Promise<Changed | Stale> {
  const changed = await tryAndStore(context, connectionId, change)
  return changed.kind === 'changed' ? changed : { kind: 'version-changed', version: changed.version }
}

type Change = { settings: unknown; version: number | undefined; credentials?: unknown }

type Stale = { kind: 'version-changed'; version: number }

/** @returns with what there is instead: given credentials as they are now, since trying them may have replaced something */
async function tryAndStore(
  context: SyncContext,
  connectionId: string,
  change: Change,
): Promise<Changed | (Stale & { credentials: unknown })> {
  const { organizationId } = context
  const { kysely } = context.database
  // What the registry holds may be a minute old: settings are compared, and credentials used, as they are now.
  const open = await openStored(context, connectionId)
  if (open === undefined) throw noSuchConnection(connectionId)
  const { connector, connection } = open
  const settings = parse(connector.manifest.settings, change.settings, 'settings')
  // All of this before the platform is asked: it may allow few questions, and what is given may be good for one only.
  const { version } = toStanding(connection.settings)
  if (change.version !== undefined && version !== change.version)
    return { kind: 'version-changed', version, credentials: change.credentials }
  if (sendsForOthers(connector, connection.settings) && !sendsForOthers(connector, settings))
    await assertNothingIsSent(kysely, organizationId, connectionId)
  assertInReach(context, settings, connection.settings)
  const isRenewed = change.credentials !== undefined
  if (!isRenewed) assertSamePlaces(open.settings, settings)
  const tried = isRenewed
    ? await tryCredentials(context, {
        ...open,
        settings,
        credentials: parse(connector.manifest.credentials, change.credentials, 'credentials'),
      })
    : { check: await trySettings(context, open, settings), credentials: undefined }
  const { check, credentials } = tried
  const before = await inTransaction(context.database, async (tx) => {
    const standing = toStanding(await lockSettings(tx, organizationId, connectionId))
    if (change.version !== undefined && standing.version !== change.version)
      return { version: standing.version, isChanged: false }
    if (sendsForOthers(connector, standing.settings) && !sendsForOthers(connector, settings))
      await assertNothingIsSent(tx, organizationId, connectionId)
    if (!(await saveAccount(tx, organizationId, connectionId, check))) {
      const { name, account } = connection
      const message =
        check.unproven ??
        `With these settings it is ${check.account}; "${name}" is ${account ?? 'another account'}.`
      throw syncProblem('wrong-account', 'settings', message)
    }
    await saveSettings(tx, organizationId, connectionId, settings)
    if (isRenewed) await replaceSecret(context, tx, connectionId, credentials)
    await notify(tx, organizationId, { kind: 'connection', connectionIds: [connectionId] })
    await notify(tx, organizationId, { kind: 'screen', topics: ['connections'], itemIds: [] })
    return { version: standing.version, isChanged: true }
  })
  if (!before.isChanged) return { kind: 'version-changed', version: before.version, credentials }
  if (isRenewed) await liftRefusals(context, connectionId)
  return { kind: 'changed', ...(await readSettings(context, connectionId)), check }
}

/** Under a name of its own: whoever still works with the old one, and is refused, can tell. */
async function replaceSecret(
  context: SyncContext,
  tx: Tx,
  connectionId: string,
  value: unknown,
): Promise<void> {
  const { organizationId, masterKey } = context
  const secretId = context.uuid()
  await saveSecret(tx, masterKey, { organizationId, secretId, value, at: nowOf(context) })
  const replaced = await saveSecretId(tx, organizationId, connectionId, secretId)
  if (replaced === undefined) throw noSuchConnection(connectionId)
  await removeSecret(tx, { organizationId, secretId: replaced })
  await recordCredentials(context, tx, connectionId, { before: replaced, after: secretId })
}

/**
 * The same for single settings; the others stay.
 * @param changes by name; null: as if it had never been given
 * @param credentials as `changeSettings` takes them
 * @throws SyncProblem naming the field and the cure; ConnectorError when the platform refuses
 */
export async function changeSingleSettings(
  context: SyncContext,
  { connection: { connectionId }, connector: { manifest } }: OpenConnection,
  changes: Readonly<Record<string, unknown>>,
  credentials?: unknown,
): Promise<CheckResult> {
  const known = formOf(manifest.settings).map(({ name }) => name)
  const unknown = Object.keys(changes).find((name) => !known.includes(name))
  if (unknown !== undefined)
    throw syncProblem(
      'invalid-settings',
      `settings.${unknown}`,
      `${manifest.name} has no setting "${unknown}"; it takes ${known.join(', ')}.`,
    )
  let given = credentials
  for (let tries = 1; tries <= TRIES_MAX; tries += 1) {
    const { settings, version } = await readSettings(context, connectionId)
    const merged = Object.entries({ ...settings, ...changes }).filter(([, value]) => value !== null)
    const changed = await tryAndStore(context, connectionId, {
      settings: Object.fromEntries(merged),
      version,
      credentials: given,
    })
    if (changed.kind === 'changed') return changed.check
    given = changed.credentials
  }
  throw syncProblem('wrong-state', 'settings', 'Somebody else keeps changing these settings: try again.')
}

function noSuchConnection(connectionId: string): SyncProblem {
  return syncProblem('unknown-connection', 'id', `There is no connection ${connectionId}.`)
}

/** Nobody could ask for what is promised from there any more. */
async function assertNothingIsSent(db: Db, organizationId: string, connectionId: string): Promise<void> {
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
    order by why`.execute(db)
  if (found.rows.length === 0) return
  const why = found.rows.map((row) => row.why).join('; ')
  throw syncProblem(
    'wrong-state',
    'settings',
    `It cannot stop sending orders of other channels yet: ${why}. Let what is on its way end, and show it nowhere else.`,
  )
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
