import {
  type ConnectorContext,
  Forbidden,
  type HttpRequest,
  type HttpResponse,
  Invalid,
  readJson,
  Unauthorized,
} from '@plimsoll/connector-kit'
import type { z } from 'zod'
import { signedHeader, withQuery } from './authorization.ts'
import { signatureTrouble, toRefusal } from './refusals.ts'
import { authorizationOf, type Credentials, type Settings } from './settings.ts'

export type Call = {
  operation: string
  method: 'GET' | 'POST' | 'PUT'
  /** Below `V1`: `inventory/source-items`; what comes from outside is encoded already. */
  path: string
  /** Put into the message queue, to be carried out later. */
  isBulk?: boolean
  query?: Record<string, string>
  body?: unknown
  timeoutMs?: number
  /** 0 goes first. */
  priority?: number
  signal?: AbortSignal | undefined
}

/** An answer with the shop's clock. */
export type Answer<T> = { data: T; date: Date | undefined }

// PHP gives up after 30 to 60 s, Fastly after 60 s.
const readTimeoutMs = 30_000
const writeTimeoutMs = 60_000

/** Carries one call out and reads its answer. */
export type Ask = <T>(call: Call, schema: z.ZodType<T>) => Promise<Answer<T>>

/**
 * The way to one shop. Neither repeats nor waits, but for a signature that was refused before anything was carried out:
 * then once more, with the shop's own time.
 * @throws the kit's errors
 */
export function createTransport(context: ConnectorContext<Settings, Credentials>): Ask {
  const { settings, http } = context
  const authorization = authorizationOf(context.credentials)
  /** Milliseconds that the shop's clock is ahead of ours, once it has refused a time. */
  let clockAheadMs = 0

  const sendOnce = (call: Call): Promise<HttpResponse> => {
    const url = addressOf(call, settings)
    const query = call.query ?? {}
    return http.send({
      operation: call.operation,
      method: call.method,
      url: withQuery(url, query),
      ...proofOf(call, url, query),
      ...(call.body !== undefined && { body: JSON.stringify(call.body) }),
      timeoutMs: call.timeoutMs ?? (call.method === 'GET' ? readTimeoutMs : writeTimeoutMs),
      ...(call.priority !== undefined && { priority: call.priority }),
      ...(call.signal !== undefined && { signal: call.signal }),
    })
  }

  const proofOf = (
    { method, body }: Call,
    url: string,
    query: Readonly<Record<string, string>>,
  ): Pick<HttpRequest, 'headers' | 'token'> => {
    const plain: Record<string, string> = {
      // Without it some proxies make Magento answer XML.
      accept: 'application/json',
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(settings.edition === 'cloud-service' && { store: settings.store }),
    }
    switch (authorization?.kind) {
      case 'oauth1': {
        const nowMs = context.now() + clockAheadMs
        const nonce = context.uuid().replaceAll('-', '')
        const header = signedHeader(authorization, { method, url, query, nowMs, nonce })
        return { headers: { ...plain, authorization: header } }
      }
      case 'bearer':
        return { headers: { ...plain, authorization: `Bearer ${authorization.token}` } }
      case 'ims':
        return {
          headers: {
            ...plain,
            'x-api-key': authorization.clientId,
            'x-gw-ims-org-id': authorization.organization,
          },
          token: { name: 'access', headers: (token) => ({ authorization: `Bearer ${token}` }) },
        }
      case undefined:
        throw new Unauthorized('The credentials are not enough for any way of signing in.')
      default: {
        const never: never = authorization
        return never
      }
    }
  }

  const send = async (call: Call): Promise<HttpResponse> => {
    const response = await sendOnce(call)
    if (authorization?.kind !== 'oauth1') return response
    const trouble = signatureTrouble(response)
    if (trouble === undefined) return response
    if (trouble === 'clock') {
      if (response.date === undefined) return response
      clockAheadMs = response.date.getTime() - context.now()
    }
    return await sendOnce(call)
  }

  const ask = async <T>(call: Call, schema: z.ZodType<T>): Promise<Answer<T>> => {
    const response = await send(call)
    if (response.status < 200 || response.status > 299) {
      const refusal = toRefusal(response, call.operation)
      // A bearer token that the shop does not know, or takes none of, makes a guest: who has no rights at all.
      const isGuest =
        refusal instanceof Forbidden && response.status === 401 && authorization?.kind === 'bearer'
      if (isGuest && (await hasNoRights(call.signal))) {
        throw new Unauthorized(
          `${refusal.message} The shop does not know the access token, or takes none as a bearer token: then give all four secrets of the integration.`,
          refusal.platform,
        )
      }
      // Of an address with a space or a bracket in its SKU some versions work out another signature than ours
      // (magento/magento2 issue 9145). Wrong secrets would stop everything: this is about one product.
      const isOdd =
        refusal instanceof Unauthorized && authorization?.kind === 'oauth1' && call.path.includes('%')
      if (isOdd && (await isKnown(call.signal))) {
        throw new Invalid(
          `${refusal.message} The shop takes our signature, but not of an address with this SKU in it.`,
          'stockUnitId',
          refusal.platform,
        )
      }
      throw refusal
    }
    return { data: readJson(response, schema, call.operation), date: response.date }
  }

  const isKnown = async (signal: AbortSignal | undefined): Promise<boolean> => {
    const response = await sendOnce({
      operation: 'probeToken',
      method: 'GET',
      path: 'store/websites',
      signal,
    })
    return response.status < 400 || toRefusal(response, 'probeToken').kind !== 'unauthorized'
  }

  /** Whether even the rights that everything needs are missing, all of them. */
  const hasNoRights = async (signal: AbortSignal | undefined): Promise<boolean> => {
    for (const path of ['store/websites', 'products', 'orders']) {
      const query = { 'searchCriteria[pageSize]': '1', fields: 'total_count' }
      const { status } = await sendOnce({ operation: 'probeToken', method: 'GET', path, query, signal })
      if (status !== 401) return false
    }
    return true
  }
  return ask
}

/** Source: AdobeDocs/commerce-webapi, asynchronous-web-endpoints.md: the cloud service has the two parts the other way round. */
function addressOf({ path, isBulk = false }: Call, { url, edition, store }: Settings): string {
  if (edition === 'cloud-service') return `${url}/V1/${isBulk ? 'async/bulk/' : ''}${path}`
  return `${url}/rest/${store}/${isBulk ? 'async/bulk/' : ''}V1/${path}`
}
