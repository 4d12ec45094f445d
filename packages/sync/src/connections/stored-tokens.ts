import {
  claimToken,
  failToken,
  findToken,
  getSecret,
  type KeptToken,
  saveSecret,
  saveToken,
} from '@plimsoll/accounts'
import {
  bindContext,
  type Connector,
  type ConnectorContext,
  Forbidden,
  type Http,
  isConnectorError,
  isTokenRefused,
  marginOf,
  RateLimited,
  sourceOf,
  type Tokens,
  toTokenFailure,
  Unauthorized,
  Unavailable,
} from '@plimsoll/connector-kit'
import { inTransaction } from '@plimsoll/database'
import { nowOf, type SyncContext } from '../context.ts'
import { filesOfConnection } from '../files/connection-files.ts'

/**
 * The access tokens of one connection, kept sealed and shared by all processes. One of them fetches the next: it claims
 * the token's row (a statement of its own, no transaction is open while the platform is asked), fetches, and keeps what
 * came together with the credentials that it replaced; the others wait for that and look. A claim whose holder died runs
 * out. A generation that only grows decides between two that fetched all the same: the first to keep its token wins.
 */
export type TokenOwner = {
  connector: Connector
  settings: unknown
  secretId: string
  /** Whose files are kept; absent: none is stored yet. */
  connection?: { connectionId: string }
  /** Sends no tokens. */
  http: Http
  /** Ends waiting: the worker stops. */
  signal?: AbortSignal
  /** Settings that do not hold yet: a fetch that fails by them says nothing to those who work by those that do. */
  isTried?: boolean
}

/** Longer than a call takes: whoever holds it longer has died, or the platform's answer is lost. */
export const CLAIM_MS = 30_000
/** Waiting for another's fetch takes this at the most, then the caller tries again later. */
const WAIT_MS_MAX = 40_000
const LOOK_EVERY_MS = 50

type Held = { token: string; usableUntil: number }

export function createStoredTokens(context: SyncContext, owner: TokenOwner): Tokens {
  const held = new Map<string, Held>()
  const finding = new Map<string, Promise<string>>()

  const findOther = (name: string, refused: string | undefined): Promise<string> => {
    const underWay =
      finding.get(name) ?? findFresh(context, owner, name, refused, held).finally(() => finding.delete(name))
    finding.set(name, underWay)
    return underWay
  }
  return {
    async get(name) {
      const known = held.get(name)
      if (known !== undefined && context.clock.now() < known.usableUntil) return known.token
      return await findOther(name, undefined)
    },
    async replace(name, refused) {
      // Another call may have replaced it meanwhile; then theirs is the one to try.
      const known = held.get(name)
      if (known !== undefined && known.token !== refused) return known.token
      const token = await findOther(name, refused)
      return token === refused ? undefined : token
    },
    isRefused: (name, response) => isTokenRefused(sourceOf(owner.connector, name), response),
  }
}

/** What the connector is handed: its `http` sends the tokens of the stored connection. */
export function bindStored(
  context: SyncContext,
  open: Omit<TokenOwner, 'http'> & { credentials: unknown },
  http: Http,
): ConnectorContext<unknown, unknown> {
  const plain = toConnectorContext(context, open, http)
  if (open.connector.tokens === undefined) return plain
  return bindContext(open.connector, plain, createStoredTokens(context, { ...open, http }))
}

export function toConnectorContext(
  context: SyncContext,
  given: { settings: unknown; credentials: unknown; connection?: { connectionId: string } },
  http: Http,
): ConnectorContext<unknown, unknown> {
  const { settings, credentials, connection } = given
  return {
    settings,
    credentials,
    http,
    now: () => context.clock.now(),
    uuid: () => context.uuid(),
    files: filesOfConnection(context, connection?.connectionId),
  }
}

/** A token that is not the refused one: the one that is kept, or else a new one. */
async function findFresh(
  context: SyncContext,
  owner: TokenOwner,
  name: string,
  refused: string | undefined,
  held: Map<string, Held>,
): Promise<string> {
  const { database, masterKey, clock } = context
  const place = { organizationId: context.organizationId, secretId: owner.secretId, name }
  const began = nowOf(context)
  const giveUpMs = clock.monotonic() + WAIT_MS_MAX
  for (;;) {
    const kept = await findToken(database.kysely, masterKey, place)
    const usable = kept === undefined ? undefined : toUsable(kept, clock.now())
    if (usable !== undefined && usable.token !== refused) {
      held.set(name, usable)
      return usable.token
    }
    if (kept?.failure !== undefined && kept.failure.at > began) throw toFailure(kept.failure)
    if (clock.monotonic() > giveUpMs) throw new Unavailable('The access token could not be renewed.', false)
    const now = nowOf(context)
    const claimId = context.uuid()
    const generation = kept?.generation ?? 0
    const until = new Date(now.getTime() + CLAIM_MS)
    const isFree = kept?.claimedUntil == null || kept.claimedUntil <= now
    if (isFree && (await claimToken(database.kysely, place, { claimId, generation, now, until }))) {
      const fetched = await fetchToken(context, owner, { ...place, claimId, generation })
      // Undefined: another has kept a newer one meanwhile.
      if (fetched === undefined) continue
      held.set(name, fetched)
      return fetched.token
    }
    await wait(context, owner.signal)
  }
}

/** Asks the platform, and keeps what it gave. */
async function fetchToken(
  context: SyncContext,
  owner: TokenOwner,
  claim: { organizationId: string; secretId: string; name: string; claimId: string; generation: number },
): Promise<Held | undefined> {
  const { database, masterKey, organizationId } = context
  const { connector, settings, http } = owner
  const secret = { organizationId, secretId: owner.secretId }
  try {
    // Afresh: another process may have been given other credentials with its last token.
    const stored = await getSecret(database.kysely, masterKey, secret)
    const credentials = connector.manifest.credentials.parse(stored)
    const bare = toConnectorContext(context, { settings, credentials }, http)
    const obtained = await sourceOf(connector, claim.name).obtain(bare)
    const now = context.clock.now()
    const endsAt = obtained.expiresAt?.getTime()
    const usableUntil = endsAt === undefined ? null : new Date(endsAt - marginOf(Math.max(0, endsAt - now)))
    const token = obtained.accessToken
    const isKept = await inTransaction(database, async (tx) => {
      if (!(await saveToken(tx, masterKey, claim, { ...claim, token, usableUntil }))) return false
      if (obtained.credentials !== undefined)
        await saveSecret(tx, masterKey, { ...secret, value: obtained.credentials, at: new Date(now) })
      return true
    })
    if (!isKept) return undefined
    return { token, usableUntil: usableUntil?.getTime() ?? Number.POSITIVE_INFINITY }
  } catch (error) {
    if (!isConnectorError(error)) throw error
    const failure = toTokenFailure(error)
    const { message } = failure
    const kind = owner.isTried === true ? 'unavailable' : failure.kind
    await failToken(database.kysely, claim, { ...claim, at: nowOf(context), kind, message })
    throw error
  }
}

function toUsable(kept: KeptToken, now: number): Held | undefined {
  if (kept.token === undefined) return undefined
  const usableUntil = kept.usableUntil?.getTime() ?? Number.POSITIVE_INFINITY
  return now < usableUntil ? { token: kept.token, usableUntil } : undefined
}

/** What another process was told is as good as told to us. */
function toFailure({ kind, message }: { kind: string; message: string }) {
  switch (kind) {
    case 'unauthorized':
      return new Unauthorized(message)
    case 'forbidden':
      return new Forbidden(message, 'token')
    case 'rate-limited':
      return new RateLimited(message)
    default:
      return new Unavailable(message, false)
  }
}

async function wait({ clock }: SyncContext, signal: AbortSignal | undefined): Promise<void> {
  try {
    await clock.sleep(LOOK_EVERY_MS, signal)
  } catch (error) {
    if (signal?.aborted !== true) throw error
    throw new Unavailable('The worker stops.', false, { cause: error })
  }
}
