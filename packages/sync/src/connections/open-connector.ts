import { expireTokens } from '@plimsoll/accounts'
import {
  type ChannelOperations,
  type CheckResult,
  type Connector,
  createBudgets,
  createHttp,
  createTokens,
  type Http,
  versionWarnings,
  withTokens,
  withWarnings,
} from '@plimsoll/connector-kit'
import { exchangeNoter } from '../calls/call-log.ts'
import { nowOf, type SyncContext } from '../context.ts'
import { checkPatiently } from './patient-check.ts'
import { reachOf } from './reach.ts'
import type { OpenConnection } from './registry.ts'
import { bindStored, toConnectorContext } from './stored-tokens.ts'

/** Calls a platform by itself, beside whoever works the connection: for what a person does now and then. */
export function openOperations(context: SyncContext, open: OpenConnection): ChannelOperations {
  const owner = { ...open, secretId: open.connection.secretId }
  return open.connector.open(bindStored(context, owner, openHttp(context, open.connector, open)))
}

/** @param open whose calls they are, to be written down; absent: nobody's yet */
export function openHttp(
  context: SyncContext,
  connector: Connector,
  open?: Pick<OpenConnection, 'connection' | 'connector' | 'credentials'>,
): Http {
  return createHttp({
    budgets: createBudgets(connector.manifest.budgets, context.clock),
    clock: context.clock,
    publicOnly: reachOf(context, open?.connection.settings),
    onExchange: open === undefined ? undefined : exchangeNoter(context, open),
  })
}

/**
 * Tries other settings with the stored credentials. Whatever fetching a token replaces in those is kept as ever, whatever
 * becomes of the settings: a refresh token may be good for once only.
 */
export async function trySettings(
  context: SyncContext,
  open: OpenConnection,
  settings: unknown,
): Promise<CheckResult> {
  const { connector, connection } = open
  const { secretId } = connection
  // How a token is fetched may be what changes: it is tried too.
  await expireTokens(
    context.database.kysely,
    { organizationId: context.organizationId, secretId },
    nowOf(context),
  )
  const owner = { ...open, settings, secretId, isTried: true }
  const operations = connector.open(bindStored(context, owner, openHttp(context, connector, open)))
  const check = await checkPatiently(context.clock, operations)
  return withWarnings(check, versionWarnings(connector.manifest, context.clock.now()))
}

/**
 * Tries credentials that are not stored yet.
 * @returns who they are, and the credentials as they are now: fetching a token may have replaced something in them
 */
export async function tryCredentials(
  context: SyncContext,
  given: {
    connector: Connector
    settings: unknown
    credentials: unknown
    /** Of which connection they are to be. */
    connection?: OpenConnection['connection']
  },
): Promise<{ check: CheckResult; credentials: unknown }> {
  const { connector } = given
  const { connection, ...tried } = given
  const open = connection === undefined ? undefined : { ...tried, connection }
  const plain = toConnectorContext(context, tried, openHttp(context, connector, open))
  const tokens = createTokens(connector, plain)
  const operations = connector.open({ ...plain, http: withTokens(plain.http, tokens) })
  const check = await checkPatiently(context.clock, operations)
  const found = withWarnings(check, versionWarnings(connector.manifest, context.clock.now()))
  return { check: found, credentials: tokens.credentials() }
}
