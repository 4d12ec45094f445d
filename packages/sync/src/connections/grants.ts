import { createHash } from 'node:crypto'
import { freshSecret, getSecret, hashOfSecret, type SealedPlace, sealNamed, unseal } from '@plimsoll/accounts'
import {
  type Connector,
  type GrantAnswer,
  type GrantPage,
  type GrantRequest,
  isConnectorError,
  Unauthorized,
} from '@plimsoll/connector-kit'
import { findLocations } from '@plimsoll/stock'
import { nowOf, type SyncContext } from '../context.ts'
import { SyncProblem, syncProblem } from '../errors.ts'
import { findConnections } from './connections.store.ts'
import { connect, parse, replaceCredentials } from './connections.ts'
import {
  endGrant,
  findGrant,
  findGrantByState,
  forgetGrants,
  insertGrant,
  removeOpenGrant,
  type StoredGrant,
  sendGrant,
  takeGrant,
} from './grants.store.ts'
import { openHttp } from './open-connector.ts'
import { assertInReach } from './reach.ts'
import type { ConnectionRegistry } from './registry.ts'
import { toConnectorContext } from './stored-tokens.ts'

/**
 * Access that a person grants on the platform's own page. Begun where people are trusted (API, command line), it hands
 * out an address with a ticket; whoever opens that is sent to the platform with a fresh state, and only the same browser
 * may come back with it. Ticket and state are good once, for a quarter of an hour, in this organization; the state is
 * spent before the platform is asked anything.
 */
export type GrantToBegin = {
  connector: string
  settings: unknown
  given: unknown
} & (
  | { connectionId: string }
  | { connectionId?: undefined; name: string; locationCode: string; ordersPollMs: number | undefined }
)

export type GrantEnd =
  | { kind: 'done'; connectionId: string; account: string | undefined }
  /** What went wrong, for a person. */
  | { kind: 'refused'; code: string; message: string }
  /** The platform has not answered yet. */
  | { kind: 'waiting' }

const LIFE_MS = 15 * 60_000
const KEPT_MS = 24 * 3_600_000

/** @returns the address to open; throws SyncProblem naming the field */
export async function beginGrant(
  context: SyncContext,
  registry: ConnectionRegistry,
  input: GrantToBegin,
): Promise<{ grantId: string; url: string; expiresAt: Date }> {
  const { organizationId, database, masterKey, publicUrl } = context
  const { connector, page } = pageOf(context, input.connector)
  if (publicUrl === undefined)
    throw syncProblem('no-public-address', 'publicUrl', 'The platform could not send the browser back.')
  const former = input.connectionId === undefined ? undefined : await registry.find(input.connectionId)
  if (input.connectionId !== undefined && former?.connection.connector !== input.connector)
    throw syncProblem('unknown-connection', 'connection', 'There is no such connection of this platform.')
  // The shop of a connection stays: only what proves us changes.
  const settings = former?.connection.settings ?? input.settings
  assertInReach(
    context,
    parse(connector.manifest.settings, settings, 'settings'),
    former?.connection.settings,
  )
  const known =
    former === undefined
      ? {}
      : await getSecret(database.kysely, masterKey, { organizationId, secretId: former.connection.secretId })
  const given = parse(page.needs, { ...asObject(known), ...asObject(input.given) }, 'given')
  if (input.connectionId === undefined) await assertFree(context, input.name, input.locationCode)

  const at = nowOf(context)
  const ticket = freshSecret()
  const grantId = context.uuid()
  const expiresAt = new Date(at.getTime() + LIFE_MS)
  await forgetGrants(database.kysely, organizationId, new Date(at.getTime() - KEPT_MS))
  await insertGrant(database.kysely, organizationId, {
    grantId,
    connector: input.connector,
    connectionId: input.connectionId ?? null,
    name: input.connectionId === undefined ? input.name : null,
    locationCode: input.connectionId === undefined ? input.locationCode : null,
    ordersPollMs: input.connectionId === undefined ? (input.ordersPollMs ?? null) : null,
    settings,
    ...sealNamed(masterKey, { given, codeVerifier: freshSecret() }, boundTo({ organizationId, grantId })),
    ticketHash: hashOfSecret(ticket),
    at,
    expiresAt,
  })
  return { grantId, url: `${addressOf(publicUrl, input.connector)}/start?ticket=${ticket}`, expiresAt }
}

/** The address with the ticket was opened: where the browser goes now, and the cookie that it is known by. */
export async function startGrant(
  context: SyncContext,
  connectorId: string,
  ticket: string,
): Promise<{ redirect: string; browser: string; maxAgeMs: number }> {
  const { page } = pageOf(context, connectorId)
  const [state, browser] = [freshSecret(), freshSecret()]
  const now = nowOf(context)
  const grant = await sendGrant(context.database.kysely, context.organizationId, connectorId, {
    ticketHash: hashOfSecret(ticket),
    stateHash: hashOfSecret(state),
    browserHash: hashOfSecret(browser),
    now,
  })
  if (grant === undefined) throw unknownGrant()
  const maxAgeMs = grant.expiresAt.getTime() - now.getTime()
  return { redirect: page.url(toRequest(context, grant, state)), browser, maxAgeMs }
}

/**
 * The platform's answer. The state is spent first, so that nothing can be tried twice.
 * @param browser the cookie of whoever brings it; undefined where the platform posted it
 */
export async function finishGrant(
  context: SyncContext,
  registry: ConnectionRegistry,
  connectorId: string,
  { answer, browser }: { answer: GrantAnswer; browser: string | undefined },
): Promise<GrantEnd> {
  const { organizationId, database } = context
  const { connector, page } = pageOf(context, connectorId)
  const isPosted = page.answer === 'post'
  const state = stateOf(page, answer)
  if (state === undefined || (!isPosted && browser === undefined)) throw unknownGrant()
  const grant = await takeGrant(database.kysely, organizationId, connectorId, {
    stateHash: hashOfSecret(state),
    browserHash: isPosted ? undefined : hashOfSecret(browser ?? ''),
    now: nowOf(context),
  })
  if (grant === undefined) throw unknownGrant()
  try {
    if (answer.query.error !== undefined) {
      const said = answer.query.error_description ?? answer.query.error
      throw new Unauthorized(`${connector.manifest.name} says: ${said.slice(0, 200)}`)
    }
    const http = openHttp(context, connector)
    const bare = toConnectorContext(context, { settings: undefined, credentials: undefined }, http)
    const credentials = await page.finish(answer, toRequest(context, grant, state), bare)
    const connectionId = await keep(context, registry, grant, credentials)
    await endGrant(database.kysely, organizationId, grant.grantId, {
      standing: 'done',
      madeConnectionId: connectionId,
      problemCode: null,
      problem: null,
    })
    return await endOf(context, { ...grant, standing: 'done', madeConnectionId: connectionId })
  } catch (error) {
    const refused = toRefusal(error)
    await endGrant(database.kysely, organizationId, grant.grantId, {
      standing: 'refused',
      madeConnectionId: null,
      problemCode: refused.code,
      problem: refused.message,
    })
    return refused
  }
}

/** What the browser is shown that comes back after the platform has posted its answer. */
export async function showGrant(
  context: SyncContext,
  connectorId: string,
  { answer, browser }: { answer: GrantAnswer; browser: string | undefined },
): Promise<GrantEnd> {
  const { page } = pageOf(context, connectorId)
  const state = stateOf(page, answer)
  if (state === undefined || browser === undefined) throw unknownGrant()
  const grant = await findGrantByState(context.database.kysely, context.organizationId, connectorId, {
    stateHash: hashOfSecret(state),
    browserHash: hashOfSecret(browser),
  })
  if (grant === undefined) throw unknownGrant()
  return await endOf(context, grant)
}

/** How a grant that was begun stands, for whoever waits for it. */
export async function readGrant(context: SyncContext, grantId: string): Promise<GrantEnd> {
  const grant = await findGrant(context.database.kysely, context.organizationId, grantId)
  if (grant === undefined) throw unknownGrant()
  return await endOf(context, grant)
}

/**
 * Gives up a grant that was begun: its address, and the page that it led to, are good for nothing from now on, and what was
 * given for it is gone. @returns false where it came too late: the answer is being worked on, or was; `readGrant` says how
 */
export async function withdrawGrant(context: SyncContext, grantId: string): Promise<boolean> {
  return await removeOpenGrant(context.database.kysely, context.organizationId, grantId)
}

async function keep(
  context: SyncContext,
  registry: ConnectionRegistry,
  grant: StoredGrant,
  credentials: unknown,
): Promise<string> {
  if (grant.connectionId !== null) {
    registry.forget(grant.connectionId)
    const open = await registry.find(grant.connectionId)
    if (open === undefined) throw unknownGrant()
    await replaceCredentials(context, open, credentials)
    return grant.connectionId
  }
  const { connectionId } = await connect(context, {
    connector: grant.connector,
    name: grant.name ?? grant.connector,
    settings: grant.settings,
    credentials,
    locationCode: grant.locationCode ?? '',
    ordersPollMs: grant.ordersPollMs ?? undefined,
  })
  return connectionId
}

async function endOf(context: SyncContext, grant: StoredGrant): Promise<GrantEnd> {
  const { standing, problemCode, problem, madeConnectionId } = grant
  if (standing === 'refused')
    return { kind: 'refused', code: problemCode ?? 'platform-refused', message: problem ?? '' }
  if (standing === 'done' && madeConnectionId !== null) {
    const all = await findConnections(context.database.kysely, context.organizationId)
    const made = all.find(({ connectionId }) => connectionId === madeConnectionId)
    return { kind: 'done', connectionId: madeConnectionId, account: made?.account ?? undefined }
  }
  if (grant.expiresAt <= nowOf(context)) throw unknownGrant()
  return { kind: 'waiting' }
}

function toRefusal(error: unknown): Extract<GrantEnd, { kind: 'refused' }> {
  if (error instanceof SyncProblem) return { kind: 'refused', code: error.code, message: error.message }
  if (isConnectorError(error)) return { kind: 'refused', code: 'platform-refused', message: error.message }
  throw error
}

function toRequest(context: SyncContext, grant: StoredGrant, state: string): GrantRequest<unknown, unknown> {
  const { masterKey, organizationId, publicUrl = '' } = context
  // Sealed by beginGrant, in this shape.
  const kept = unseal(masterKey, grant.sealed, boundTo({ organizationId, grantId: grant.grantId })) as {
    given: object
    codeVerifier: string
  }
  const { connector } = pageOf(context, grant.connector)
  const address = addressOf(publicUrl, grant.connector)
  return {
    settings: connector.manifest.settings.parse(grant.settings),
    given: kept.given,
    state,
    callbackUrl: `${address}/callback`,
    returnUrl: `${address}/return`,
    codeVerifier: kept.codeVerifier,
    codeChallenge: createHash('sha256').update(kept.codeVerifier).digest('base64url'),
  }
}

function pageOf(
  context: SyncContext,
  connectorId: string,
): { connector: Connector; page: GrantPage<unknown, unknown> } {
  const connector = context.connectors.get(connectorId)
  if (connector === undefined)
    throw syncProblem('unknown-connector', 'connector', `There is no connector "${connectorId}".`)
  const page = connector.grant
  if (page === undefined) {
    const message = `${connector.manifest.name} has no page on which access is granted.`
    throw syncProblem('no-grant-page', 'connector', message)
  }
  return { connector, page }
}

/** Told before the person is sent away, not after they come back. */
async function assertFree(context: SyncContext, name: string, locationCode: string): Promise<void> {
  const { database, organizationId } = context
  const connections = await findConnections(database.kysely, organizationId)
  if (connections.some((each) => each.name === name))
    throw syncProblem('name-taken', 'name', `There is a connection called "${name}" already.`)
  const locations = await findLocations(database.kysely, organizationId)
  if (!locations.some(({ code }) => code === locationCode))
    throw syncProblem('unknown-location', 'location', `There is no location with the code "${locationCode}".`)
}

function stateOf(page: GrantPage<unknown, unknown>, answer: GrantAnswer): string | undefined {
  return page.stateOf === undefined ? answer.query.state : page.stateOf(answer)
}

function addressOf(publicUrl: string, connectorId: string): string {
  return `${publicUrl}/connect/${connectorId}`
}

export const sealedGrants: SealedPlace = {
  table: 'connection_grant',
  key: ['organizationId', 'grantId'],
  boundTo,
}

function boundTo({ organizationId, grantId }: { organizationId: string; grantId: string }): string {
  return `${organizationId}/${grantId}/grant`
}

function asObject(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {}
}

function unknownGrant(): SyncProblem {
  return syncProblem('unknown-grant', 'state', 'No such grant is under way in this browser.')
}
