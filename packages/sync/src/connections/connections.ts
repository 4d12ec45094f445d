import { removeSecret, saveSecret } from '@plimsoll/accounts'
import { type CheckResult, versionWarnings, withWarnings } from '@plimsoll/connector-kit'
import { inTransaction, type Tx } from '@plimsoll/database'
import { findLocations } from '@plimsoll/stock'
import type { z } from 'zod'
import { BY_HAND } from '../by-hand/by-hand-connection.store.ts'
import { nowOf, type SyncContext } from '../context.ts'
import { type SyncProblem, syncProblem } from '../errors.ts'
import { queueWhatDiffers } from '../lanes/lane-entries.store.ts'
import { notify } from '../notify.ts'
import { recordSetting } from '../record-setting.store.ts'
import { allowFirstWrites } from '../safety/first-writes.ts'
import { importCatalogue, type Progress } from './catalogue.ts'
import type { CatalogueReport } from './catalogue-run.ts'
import { type ConnectionEvent, decideConnectionStep } from './connection-state.ts'
import {
  type Connection,
  findConnection,
  findConnections,
  insertConnection,
  lockNewConnections,
  lockStatus,
  saveAccount,
  saveProblem,
  saveSecretId,
  saveStatus,
} from './connections.store.ts'
import { settleRegainedAccess } from './lost-access.ts'
import { openOperations, tryCredentials } from './open-connector.ts'
import { checkPatiently } from './patient-check.ts'
import { assertInReach } from './reach.ts'
import type { OpenConnection } from './registry.ts'

export type NewConnection = {
  connector: string
  name: string
  settings: unknown
  credentials: unknown
  /** Code of the location where its orders reserve until they are routed. */
  locationCode: string
  ordersPollMs: number | undefined
}

/** Polls find what webhooks lost; each costs one request of the platform's budget. */
const ORDERS_POLL_MS = 15_000

/**
 * Makes a connection: its settings and credentials are checked against the connector's own schema, then
 * tried on the platform; only what works is stored, credentials sealed. It starts as a draft.
 * @throws SyncProblem naming the field and the cure; ConnectorError when the platform refuses
 */
export async function connect(
  context: SyncContext,
  input: NewConnection,
): Promise<{ connectionId: string; check: CheckResult }> {
  const connector = context.connectors.get(input.connector)
  if (connector === undefined) {
    const known = [...context.connectors.keys()].sort().join(', ')
    throw syncProblem(
      'unknown-connector',
      'connector',
      `There is no connector "${input.connector}"; there are: ${known}.`,
    )
  }
  const settings = parse(connector.manifest.settings, input.settings, 'settings')
  const credentials = parse(connector.manifest.credentials, input.credentials, 'credentials')
  assertInReach(context, settings)
  const { organizationId } = context
  const existing = await findConnections(context.database.kysely, organizationId)
  assertNameFree(existing, input.name)
  const locations = await findLocations(context.database.kysely, organizationId)
  const location = locations.find((each) => each.code === input.locationCode)
  if (location === undefined) {
    throw syncProblem(
      'unknown-location',
      'location',
      `There is no location with the code "${input.locationCode}".`,
    )
  }

  const { check, credentials: used } = await tryCredentials(context, { connector, settings, credentials })
  assertNotConnected(existing, input.connector, check)
  const connectionId = context.uuid()
  const secretId = context.uuid()
  const at = nowOf(context)
  await inTransaction(context.database, async (tx) => {
    // Others may have been made while the platform was asked.
    await lockNewConnections(tx, organizationId)
    const standing = await findConnections(tx, organizationId)
    assertNameFree(standing, input.name)
    assertNotConnected(standing, input.connector, check)
    await saveSecret(tx, context.masterKey, { organizationId, secretId, value: used, at })
    await insertConnection(
      tx,
      organizationId,
      {
        connectionId,
        connector: input.connector,
        name: input.name,
        settings,
        secretId,
        defaultLocationId: location.locationId,
        ordersPollMs: input.ordersPollMs ?? ORDERS_POLL_MS,
        accountId: check.accountId,
        account: check.account,
      },
      at,
    )
  })
  return { connectionId, check }
}

function assertNameFree(existing: readonly Connection[], name: string): void {
  // Orders that people make go by that name.
  if (name !== BY_HAND && !existing.some((connection) => connection.name === name)) return
  throw syncProblem('name-taken', 'name', `There is a connection called "${name}" already.`)
}

/** Its orders would be taken twice, and its stock be shown twice. */
function assertNotConnected(existing: readonly Connection[], connector: string, check: CheckResult): void {
  const twin = existing.find((each) => each.connector === connector && each.accountId === check.accountId)
  if (twin === undefined) return
  throw syncProblem(
    'account-connected',
    'settings',
    `${check.account} is connected as "${twin.name}" already.`,
  )
}

/** Imports listings and levels of a connection; see `importCatalogue`. */
export async function importConnection(
  context: SyncContext,
  open: OpenConnection,
  progress?: Progress,
): Promise<CatalogueReport> {
  return await importCatalogue(context, open.connection, openOperations(context, open), progress)
}

/** Asks the platform of a connection who the hub is there, and what it may not do. */
export async function checkConnection(context: SyncContext, open: OpenConnection): Promise<CheckResult> {
  const check = await checkPatiently(context.clock, openOperations(context, open))
  return withWarnings(check, versionWarnings(open.connector.manifest, context.clock.now()))
}

/**
 * New credentials for a connection whose old ones are refused: tried first, then sealed; the pause is lifted, mappings
 * and all else stay.
 * @throws SyncProblem where they are another account's
 */
export async function replaceCredentials(
  context: SyncContext,
  open: OpenConnection,
  credentials: unknown,
): Promise<CheckResult> {
  const parsed = parse(open.connector.manifest.credentials, credentials, 'credentials')
  const { check, credentials: used } = await tryCredentials(context, { ...open, credentials: parsed })
  await inTransaction(context.database, async (tx) => {
    const secretId = context.uuid()
    const { organizationId } = context
    if (!(await saveAccount(tx, organizationId, open.connection.connectionId, check))) {
      const { name, account } = open.connection
      const message =
        check.unproven ??
        `These credentials are of ${check.account}; "${name}" is ${account ?? 'another account'}.`
      throw syncProblem('wrong-account', 'credentials', message)
    }
    await saveSecret(tx, context.masterKey, { organizationId, secretId, value: used, at: nowOf(context) })
    // Under a name of its own: whoever still works with the old one, and is refused, can tell.
    const replaced = await saveSecretId(tx, organizationId, open.connection.connectionId, secretId)
    if (replaced === undefined) throw noSuchConnection(open.connection.connectionId)
    await removeSecret(tx, { organizationId, secretId: replaced })
    const { connectionId } = open.connection
    await recordCredentials(context, tx, connectionId, { before: replaced, after: secretId })
    // Also where nothing was paused: whoever works the connection still holds the old ones.
    await notify(tx, context.organizationId, {
      kind: 'connection',
      connectionIds: [open.connection.connectionId],
    })
  })
  await liftRefusals(context, open.connection.connectionId)
  return check
}

/** That they were replaced, never what they are: the names of what is sealed. */
export async function recordCredentials(
  context: SyncContext,
  tx: Tx,
  connectionId: string,
  { before, after }: { before: string; after: string },
): Promise<void> {
  await recordSetting(tx, context.organizationId, {
    kind: 'credentials',
    subject: { connectionId },
    before: { secretId: before },
    after: { secretId: after },
    at: nowOf(context),
  })
}

/** A connection whose credentials a person has just renewed is not paused for the old ones any more. */
export async function liftRefusals(context: SyncContext, connectionId: string): Promise<void> {
  await changeConnection(context, connectionId, { kind: 'resume', reason: 'unauthorized' })
  await changeConnection(context, connectionId, { kind: 'resume', reason: 'forbidden' })
}

/**
 * Moves a connection through its life (go live, pause, resume). Whatever waits stays queued; going live
 * and resuming queue every level that differs.
 * @throws SyncProblem when there is no such connection or it cannot be moved so
 */
export async function changeConnection(
  context: SyncContext,
  connectionId: string,
  event: ConnectionEvent,
): Promise<void> {
  const { organizationId } = context
  await inTransaction(context.database, async (tx) => {
    const status = await lockStatus(tx, organizationId, connectionId)
    if (status === undefined) throw noSuchConnection(connectionId)
    const step = decideConnectionStep(status, event)
    switch (step.kind) {
      case 'refused':
        throw syncProblem('wrong-state', 'state', step.message)
      case 'unchanged':
        return
      case 'moved': {
        await saveStatus(tx, organizationId, connectionId, step.status)
        await settleRegainedAccess(context, tx, connectionId, { before: status, after: step.status })
        if (event.kind === 'go-live') await allowFirstWrites(context, tx, connectionId)
        if (step.status.state === 'live') {
          await queueWhatDiffers(tx, organizationId, [connectionId], {
            levelIds: undefined,
            at: nowOf(context),
          })
        }
        if (event.kind === 'resume' && step.status.state !== 'paused') {
          await saveProblem(tx, organizationId, connectionId, undefined, nowOf(context))
        }
        await notify(tx, organizationId, { kind: 'connection', connectionIds: [connectionId] })
        await notify(tx, organizationId, { kind: 'screen', topics: ['connections', 'overview'], itemIds: [] })
        return
      }
      default: {
        const never: never = step
        throw new Error(`unknown step ${String(never)}`)
      }
    }
  })
}

/** By id or by name, as a person would say it. */
export async function findConnectionId(context: SyncContext, idOrName: string): Promise<string> {
  const all = await findConnections(context.database.kysely, context.organizationId)
  const found = all.find((each) => each.connectionId === idOrName || each.name === idOrName)
  if (found === undefined) throw noSuchConnection(idOrName)
  return found.connectionId
}

export async function connectionExists(context: SyncContext, connectionId: string): Promise<boolean> {
  return (await findConnection(context.database.kysely, context.organizationId, connectionId)) !== undefined
}

function noSuchConnection(idOrName: string): SyncProblem {
  return syncProblem('unknown-connection', 'connection', `There is no connection "${idOrName}".`)
}

export function parse<T>(schema: z.ZodType<T>, value: unknown, part: string): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const field = [part, ...(issue?.path ?? [])].join('.')
  throw syncProblem('invalid-settings', field, `${field}: ${issue?.message ?? 'is not valid'}.`)
}
