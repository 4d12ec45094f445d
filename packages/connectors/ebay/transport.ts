import {
  type ConnectorContext,
  type HttpResponse,
  Malformed,
  readJson,
  statusError,
} from '@plimsoll/connector-kit'
import type { z } from 'zod'
import { addressOf, type Host, marketplaces } from './places.ts'
import { detailOf, toRefusal } from './refusals.ts'
import { scopes } from './scopes.ts'
import type { Credentials, Settings } from './settings.ts'
import { type TradingError, toTradingError } from './trading-errors.ts'
import { childrenOf, readXml, textOf, writeXml, type XmlContent, type XmlElement } from './xml.ts'

export type RestCall = {
  /** As budgets and logs name it: `setLevels.inventory`. */
  operation: string
  method: 'GET' | 'POST' | 'PUT'
  host?: Host
  /** From the host's root, with its parts encoded. */
  path: string
  query?: Record<string, string>
  body?: unknown
  /** Sent as a file of a form instead of a body. */
  file?: { name: string; type: string; text: string; boundary: string }
  /** The answer is a file. */
  wantsBytes?: boolean
  timeoutMs?: number
  /** `user` unless given. */
  token?: 'user' | 'application'
  /** The right that it needs, named where it is missing. */
  scope?: string
  headers?: Record<string, string>
  signal?: AbortSignal | undefined
}

export type TradingCall = {
  operation: string
  /** `GetItem`. */
  name: string
  content: { [name: string]: XmlContent | readonly XmlContent[] | undefined }
  signal?: AbortSignal | undefined
}

export type Answer<T> = { data: T; date: Date | undefined; response: HttpResponse }

/** A document that the Trading API answered; which of its errors are failures depends on the call. */
export type TradingAnswer = {
  ack: 'Success' | 'Warning' | 'PartialFailure' | 'Failure'
  root: XmlElement
  errors: readonly TradingError[]
  date: Date | undefined
  response: HttpResponse
}

/** The way to eBay for one connection. Neither repeats nor waits. @throws the kit's errors */
export type Transport = {
  /** Any of `accepted` (200 unless given) is an answer; everything else is thrown. */
  send(call: RestCall, accepted?: readonly number[]): Promise<HttpResponse>
  ask<T>(call: RestCall, schema: z.ZodType<T>, accepted?: readonly number[]): Promise<Answer<T>>
  /** The answer whatever its `Ack`, for calls whose rows fail one by one. */
  trade(call: TradingCall): Promise<TradingAnswer>
  /** The answer of a call that succeeded. */
  tradeWhole(call: TradingCall): Promise<TradingAnswer>
}

/** The newest schema that the connector was written against. Source: the Trading API reference (read 2026-11). */
export const compatibilityLevel = '1451'
export const namespace = 'urn:ebay:apis:eBLBaseComponents'
const timeoutMs = 30_000

export function createTransport(context: ConnectorContext<Settings, Credentials>): Transport {
  const { settings, http } = context

  const transport: Transport = {
    async send(call, accepted = [200]) {
      const { token = 'user', host = 'api', scope = scopes.base } = call
      const query = call.query === undefined ? '' : `?${new URLSearchParams(call.query)}`
      const isPostOrder = call.path.startsWith('/post-order/')
      const response = await http.send({
        operation: call.operation,
        method: call.method,
        url: `${addressOf(host, settings)}${call.path}${query}`,
        token: {
          name: token,
          headers: (accessToken) => ({ authorization: `${isPostOrder ? 'IAF' : 'Bearer'} ${accessToken}` }),
        },
        headers: {
          accept: 'application/json',
          'x-ebay-c-marketplace-id': settings.marketplace,
          ...(call.body !== undefined && { 'content-type': 'application/json' }),
          ...(call.file !== undefined && {
            'content-type': `multipart/form-data; boundary=${call.file.boundary}`,
          }),
          ...call.headers,
        },
        ...(call.body !== undefined && { body: JSON.stringify(call.body) }),
        ...(call.file !== undefined && { body: toForm(call.file) }),
        ...(call.wantsBytes === true && { wantsBytes: true }),
        timeoutMs: call.timeoutMs ?? timeoutMs,
        ...(call.signal !== undefined && { signal: call.signal }),
      })
      if (!accepted.includes(response.status)) throw toRefusal(response, call.operation, scope)
      return response
    },
    async ask(call, schema, accepted) {
      const response = await transport.send(call, accepted)
      return { data: readJson(response, schema, call.operation), date: response.date, response }
    },
    async trade(call) {
      const response = await http.send({
        operation: call.operation,
        method: 'POST',
        url: `${addressOf('api', settings)}/ws/api.dll`,
        token: { name: 'user', headers: (accessToken) => ({ 'x-ebay-api-iaf-token': accessToken }) },
        headers: {
          'content-type': 'text/xml; charset=utf-8',
          'x-ebay-api-call-name': call.name,
          'x-ebay-api-siteid': String(marketplaces[settings.marketplace].siteId),
          'x-ebay-api-compatibility-level': compatibilityLevel,
        },
        body: `<?xml version="1.0" encoding="utf-8"?>${writeXml(`${call.name}Request`, { ErrorLanguage: 'en_US', ...call.content }).replace('>', ` xmlns="${namespace}">`)}`,
        timeoutMs,
        ...(call.signal !== undefined && { signal: call.signal }),
      })
      if (response.status !== 200) throw statusError(response, call.operation)
      return readTrading(response, call)
    },
    async tradeWhole(call) {
      const answer = await transport.trade(call)
      if (answer.ack === 'Success' || answer.ack === 'Warning') return answer
      throw failureOf(answer, call.operation)
    },
  }
  return transport
}

/** What a call that failed as a whole means. */
export function failureOf({ errors, response }: TradingAnswer, operation: string): Error {
  const error = errors.find(({ severity }) => severity === 'Error') ?? errors[0]
  if (error === undefined)
    return new Malformed(
      `${operation}: eBay failed and does not say why`,
      response.text,
      true,
      detailOf(response),
    )
  return toTradingError(error, operation, detailOf(response))
}

function readTrading(response: HttpResponse, { name, operation }: TradingCall): TradingAnswer {
  const malformed = (why: string, cause?: unknown) =>
    new Malformed(`${operation}: ${why}`, response.text, true, {
      ...detailOf(response),
      ...(cause !== undefined && { cause }),
    })
  let root: XmlElement
  try {
    root = readXml(response.text)
  } catch (cause) {
    throw malformed('the answer is not the XML it should be', cause)
  }
  // Errors of the gate in front carry a root of their own.
  if (root.name !== `${name}Response` && textOf(root, 'Ack') === undefined)
    throw malformed(`the answer is a ${root.name}, not a ${name}Response`)
  const ack = textOf(root, 'Ack')
  if (ack !== 'Success' && ack !== 'Warning' && ack !== 'PartialFailure' && ack !== 'Failure')
    throw malformed(`Ack is ${ack === undefined ? 'missing' : `"${ack}"`}`)
  return { ack, root, errors: errorsIn(root), date: response.date, response }
}

function toForm({ name, type, text, boundary }: NonNullable<RestCall['file']>): string {
  return [
    `--${boundary}`,
    `content-disposition: form-data; name="file"; filename="${name}"`,
    `content-type: ${type}`,
    '',
    text,
    `--${boundary}--`,
    '',
  ].join('\r\n')
}

/** The errors and warnings of an answer. */
export function errorsIn(root: XmlElement): TradingError[] {
  return childrenOf(root, 'Errors').map(toError)
}

function toError(element: XmlElement): TradingError {
  return {
    code: textOf(element, 'ErrorCode') ?? 'none',
    message: textOf(element, 'LongMessage') ?? textOf(element, 'ShortMessage') ?? 'no reason given',
    severity: textOf(element, 'SeverityCode') === 'Warning' ? 'Warning' : 'Error',
    values: childrenOf(element, 'ErrorParameters').flatMap((parameter) => textOf(parameter, 'Value') ?? []),
  }
}
