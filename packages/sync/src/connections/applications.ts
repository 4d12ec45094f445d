import { getSecret, removeSecret, saveSecret } from '@plimsoll/accounts'
import { type Connector, type ConnectorContext, formOf } from '@plimsoll/connector-kit'
import { inTransaction } from '@plimsoll/database'
import { nowOf, type SyncContext } from '../context.ts'
import { syncProblem } from '../errors.ts'
import {
  deleteApplication,
  findApplication,
  findApplications,
  saveApplication,
} from './applications.store.ts'
import { parse } from './connections.ts'
import { openHttp } from './open-connector.ts'
import { applicationKeyOf } from './registry.ts'
import { bindStored } from './stored-tokens.ts'

/**
 * An application of a platform before any account of it is connected: some platforms ask its address whether it is ours
 * (a challenge) before they let the application do anything, or tell it of every account that is closed. What proves it is
 * part of the credentials that its connections will have.
 */
export type Application = {
  connector: string
  applicationKey: string
  url: string | undefined
  createdAt: Date
}

export async function listApplications(context: SyncContext): Promise<Application[]> {
  const found = await findApplications(context.database.kysely, context.organizationId)
  return found.map(({ connector, applicationKey, createdAt }) => ({
    connector,
    applicationKey,
    createdAt,
    url: urlOf(context, connector, applicationKey),
  }))
}

/**
 * Keeps what an application proves itself with, sealed; given again for the same application it replaces what was kept.
 * @returns the address to name on the platform
 * @throws SyncProblem where the platform has no address for an application, or the credentials do not say which it is
 */
export async function addApplication(
  context: SyncContext,
  connectorId: string,
  { settings, credentials }: { settings?: unknown; credentials: unknown },
): Promise<Application> {
  const { organizationId, database, masterKey, connectors } = context
  const connector = connectors.get(connectorId)
  if (connector === undefined)
    throw syncProblem('unknown-connector', 'connector', `There is no connector "${connectorId}".`)
  const given: Given = {
    settings: toSettings(connector, settings),
    credentials: toCredentials(connector, credentials),
  }
  const applicationKey = keyOf(connector, given)
  const [secretId, at] = [context.uuid(), nowOf(context)]
  await inTransaction(database, async (tx) => {
    await saveSecret(tx, masterKey, { organizationId, secretId, value: given, at })
    const application = { connector: connectorId, applicationKey, secretId, createdAt: at }
    const replaced = await saveApplication(tx, organizationId, application)
    if (replaced !== undefined) await removeSecret(tx, { organizationId, secretId: replaced })
  })
  const kept = await findApplication(database.kysely, organizationId, {
    connector: connectorId,
    key: applicationKey,
  })
  return {
    connector: connectorId,
    applicationKey,
    url: urlOf(context, connectorId, applicationKey),
    createdAt: kept?.createdAt ?? at,
  }
}

/** Forgets it: its address answers only for its connections from then on. @throws SyncProblem where there is none */
export async function removeApplication(
  context: SyncContext,
  application: { connector: string; key: string },
): Promise<void> {
  const { organizationId, database } = context
  await inTransaction(database, async (tx) => {
    const secretId = await deleteApplication(tx, organizationId, application)
    if (secretId === undefined)
      throw syncProblem('unknown-application', 'application', 'There is no such application.')
    await removeSecret(tx, { organizationId, secretId })
  })
}

/** What the connector answers challenges and verifies messages of an application with; undefined: it is not known here. */
export async function openApplication(
  context: SyncContext,
  application: { connector: string; key: string },
): Promise<{ connector: Connector; bound: ConnectorContext<unknown, unknown> } | undefined> {
  const { organizationId, database, masterKey, connectors } = context
  const connector = connectors.get(application.connector)
  if (connector === undefined) return undefined
  const found = await findApplication(database.kysely, organizationId, application)
  if (found === undefined) return undefined
  const { secretId } = found
  // Sealed by addApplication, in this shape.
  const given = (await getSecret(database.kysely, masterKey, { organizationId, secretId })) as Given
  const owner = { connector, ...given, secretId }
  return { connector, bound: bindStored(context, owner, openHttp(context, connector)) }
}

/** Some of what a connection of it will have. */
type Given = { settings: unknown; credentials: Record<string, string> }

/** Where an application differs by them (a test environment); most need none, and have what the connector assumes. */
function toSettings({ manifest }: Connector, settings: unknown): unknown {
  if (settings !== undefined) return parse(manifest.settings, settings, 'settings')
  const parsed = manifest.settings.safeParse({})
  return parsed.success ? parsed.data : {}
}

/** Texts under names that the connector's credentials have; which of them an application needs the platform says. */
function toCredentials(connector: Connector, credentials: unknown): Record<string, string> {
  const names = formOf(connector.manifest.credentials).map(({ name }) => name)
  const wrong = (field: string, message: string) =>
    syncProblem('invalid-settings', field === '' ? 'credentials' : `credentials.${field}`, message)
  if (typeof credentials !== 'object' || credentials === null)
    throw wrong('', 'Give an object of credentials.')
  const given = Object.entries(credentials)
  if (given.length === 0) throw wrong('', `Give those of the application, of: ${names.join(', ')}.`)
  for (const [name, value] of given) {
    if (!names.includes(name)) throw wrong(name, `There is no "${name}"; there are: ${names.join(', ')}.`)
    if (typeof value !== 'string' || value === '') throw wrong(name, `${name}: give a text.`)
  }
  return Object.fromEntries(given)
}

function keyOf(connector: Connector, given: Given): string {
  const { webhooks, budgetKeys, manifest } = connector
  if (webhooks.accountOf === undefined || budgetKeys === undefined) {
    const message = `${manifest.name} calls each connection at an address of its own; there is none for an application.`
    throw syncProblem('wrong-state', 'connector', message)
  }
  // Whatever a connection adds must not be needed to tell the application: it is part of its address.
  const application = applicationIn(connector, given)
  if (application === undefined || application === '')
    throw syncProblem('invalid-settings', 'credentials', 'These do not say which application it is.')
  return applicationKeyOf({ connector, ...given })
}

function applicationIn({ budgetKeys }: Connector, given: Given): string | undefined {
  try {
    return budgetKeys?.(given).application
  } catch (error) {
    // It looked for what only a connection has.
    if (error instanceof TypeError) return undefined
    throw error
  }
}

function urlOf({ publicUrl }: SyncContext, connector: string, key: string): string | undefined {
  return publicUrl === undefined ? undefined : `${publicUrl}/webhooks/applications/${connector}/${key}`
}
