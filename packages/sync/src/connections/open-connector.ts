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
} from '@plimsoll/connector-kit'
import type { SyncContext } from '../context.ts'
import type { OpenConnection } from './registry.ts'
import { bindStored, toConnectorContext } from './stored-tokens.ts'

/** Calls a platform by itself, beside whoever works the connection: for what a person does now and then. */
export function openOperations(context: SyncContext, open: OpenConnection): ChannelOperations {
  const owner = { ...open, secretId: open.connection.secretId }
  return open.connector.open(bindStored(context, owner, openHttp(context, open.connector)))
}

export function openHttp(context: SyncContext, connector: Connector): Http {
  return createHttp({
    budgets: createBudgets(connector.manifest.budgets, context.clock),
    clock: context.clock,
  })
}

/**
 * Tries credentials that are not stored yet.
 * @returns who they are, and the credentials as they are now: fetching a token may have replaced something in them
 */
export async function tryCredentials(
  context: SyncContext,
  given: { connector: Connector; settings: unknown; credentials: unknown },
): Promise<{ check: CheckResult; credentials: unknown }> {
  const { connector } = given
  const plain = toConnectorContext(context, given, openHttp(context, connector))
  const tokens = createTokens(connector, plain)
  const check = await connector.open({ ...plain, http: withTokens(plain.http, tokens) }).check()
  const warnings = [...check.warnings, ...versionWarnings(connector.manifest, context.clock.now())]
  return { check: { ...check, warnings }, credentials: tokens.credentials() }
}
