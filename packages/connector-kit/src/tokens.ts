import type { TokenSource } from './authorization.ts'
import type { Connector, ConnectorContext } from './contract.ts'
import { type ConnectorError, isConnectorError, Unauthorized, Unavailable } from './errors.ts'
import type { Http, HttpRequest, HttpResponse } from './http.ts'

/** The access tokens of one connection: who hands them out, and replaces them. */
export type Tokens = {
  /** A token that does not end within the margin. */
  get(name: string): Promise<string>
  /** @returns another token than the refused one; undefined: there is none to be had */
  replace(name: string, refused: string): Promise<string | undefined>
  isRefused(name: string, response: HttpResponse): boolean
}

/** A token is not used in its last minute: a request may wait for its budget before it leaves. */
export const TOKEN_MARGIN_MS = 60_000

/** How long before its end a token is replaced: a short-lived one (Walmart's quarter of an hour) still serves most of its life. */
export function marginOf(lifeMs: number): number {
  return Math.min(TOKEN_MARGIN_MS, lifeMs / 5)
}

/**
 * Sends what a request asks for with `token`. A refused one is replaced once and the request sent again: nobody carried
 * the first out, so that is safe for writes too.
 */
export function withTokens(http: Http, tokens: Tokens): Http {
  const send = async (request: HttpRequest): Promise<HttpResponse> => {
    const { token: use, ...plain } = request
    if (use === undefined) return await http.send(plain)
    const sendWith = (token: string) =>
      http.send({ ...plain, headers: { ...plain.headers, ...use.headers(token) } })
    const held = await neverSent(tokens.get(use.name))
    const response = await sendWith(held)
    if (!tokens.isRefused(use.name, response)) return response
    const other = await neverSent(tokens.replace(use.name, held))
    return other === undefined ? response : await sendWith(other)
  }
  return { ...http, send }
}

/** A token that could not be had says of the call that waited for it: it surely never left. */
async function neverSent<T>(token: Promise<T>): Promise<T> {
  try {
    return await token
  } catch (error) {
    throw isConnectorError(error) ? toTokenFailure(error) : error
  }
}

/** What a failed fetch of a token means for the connection: never that one write is wrong. */
export function toTokenFailure(error: ConnectorError): ConnectorError {
  const detail = { ...error.platform, cause: error }
  switch (error.kind) {
    case 'unauthorized':
    case 'forbidden':
    case 'rate-limited':
      return error
    case 'unavailable':
    case 'malformed':
      return new Unavailable(error.message, false, detail)
    case 'invalid':
    case 'not-found':
    case 'conflict':
      return new Unauthorized(error.message, detail)
    default: {
      const never: never = error.kind
      return never
    }
  }
}

/** Of a connector's declared tokens, the one named. A name that is not declared is a bug of the connector. */
export function sourceOf<Settings, Credentials>(
  connector: Connector<Settings, Credentials>,
  name: string,
): TokenSource<Settings, Credentials> {
  const source = connector.tokens?.[name]
  if (source === undefined) throw new TypeError(`${connector.manifest.id} declares no token "${name}"`)
  return source
}

/** Tokens for one process and one connection, kept in memory: for tests, and for a connection that is not stored yet. */
export function createTokens<Settings, Credentials>(
  connector: Connector<Settings, Credentials>,
  context: ConnectorContext<Settings, Credentials>,
): Tokens & { credentials(): Credentials } {
  type Held = { token: string; usableUntil: number }
  const held = new Map<string, Held>()
  const fetching = new Map<string, Promise<Held>>()
  let { credentials } = context

  const fetchOne = async (name: string): Promise<Held> => {
    const obtained = await sourceOf(connector, name).obtain({ ...context, credentials })
    if (obtained.credentials !== undefined) credentials = obtained.credentials
    const endsAt = obtained.expiresAt?.getTime()
    const usableUntil =
      endsAt === undefined ? Number.POSITIVE_INFINITY : endsAt - marginOf(endsAt - context.now())
    const one = { token: obtained.accessToken, usableUntil }
    held.set(name, one)
    return one
  }
  const fetchOnce = (name: string): Promise<Held> => {
    const underWay = fetching.get(name) ?? fetchOne(name).finally(() => fetching.delete(name))
    fetching.set(name, underWay)
    return underWay
  }
  return {
    async get(name) {
      const known = held.get(name)
      if (known !== undefined && context.now() < known.usableUntil) return known.token
      return (await fetchOnce(name)).token
    },
    async replace(name, refused) {
      // Another caller may have replaced it already; then theirs is the one to try.
      const known = held.get(name)
      if (known !== undefined && known.token !== refused) return known.token
      const { token } = await fetchOnce(name)
      return token === refused ? undefined : token
    },
    isRefused: (name, response) => isTokenRefused(sourceOf(connector, name), response),
    credentials: () => credentials,
  }
}

export function isTokenRefused<Settings, Credentials>(
  source: TokenSource<Settings, Credentials>,
  response: HttpResponse,
): boolean {
  return source.isRefused?.(response) ?? response.status === 401
}

/**
 * What a connector is handed: its `http` sends the tokens that it declares.
 * @param tokens kept in memory unless given
 */
export function bindContext<Settings, Credentials>(
  connector: Connector<Settings, Credentials>,
  context: ConnectorContext<Settings, Credentials>,
  tokens?: Tokens,
): ConnectorContext<Settings, Credentials> {
  if (connector.tokens === undefined) return context
  return { ...context, http: withTokens(context.http, tokens ?? createTokens(connector, context)) }
}
