import { type ConnectorContext, type HttpResponse, readJson, unquoted } from '@plimsoll/connector-kit'
import type { z } from 'zod'
import { bucketOf } from './limits.ts'
import { toRefusal } from './refusals.ts'
import { apiUrl, type Credentials, type Settings } from './settings.ts'

export type Call = {
  /** As `limits.ts` names it: budgets go by it. */
  operation: string
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  path: string
  /** Lists are sent with commas between their values; what is undefined is left out. */
  query?: Readonly<Record<string, string | readonly string[] | undefined>>
  body?: unknown
  /** Whose token it carries; the seller's unless said. */
  token?: 'seller' | 'grantless'
  /** Carried in its place: made for this one address of buyers' data. */
  restrictedToken?: string
  timeoutMs?: number
  /** Its answers may repeat who gets a parcel, and where: no error says anything of their text. */
  isPersonal?: boolean
  signal?: AbortSignal | undefined
}

export type Answer<T> = {
  data: T
  /** Amazon's clock. */
  date: Date | undefined
}

/** Carries one call out and reads its answer. */
export type Transport = {
  ask<T>(call: Call, schema: z.ZodType<T>): Promise<Answer<T>>
  /** Where the answer has no body (204). */
  tell(call: Call): Promise<void>
}

const AGENT = 'Plimsoll/0.1 (Language=TypeScript; Platform=Node)'

/**
 * The way to the Selling Partner API. It neither repeats nor waits; it learns the rates that answers name.
 * @throws the kit's errors
 */
export function createTransport(context: ConnectorContext<Settings, Credentials>): Transport {
  const { settings, http } = context
  const root = apiUrl(settings)
  const rates = new Map<string, number>()

  const send = async (call: Call): Promise<HttpResponse> => {
    const { operation, method, path, query = {}, body, token = 'seller', timeoutMs, signal } = call
    const { restrictedToken, isPersonal = false } = call
    const response = await http.send({
      operation,
      method,
      url: `${root}${path}${toQuery(query)}`,
      ...(restrictedToken === undefined && {
        token: { name: token, headers: (accessToken) => ({ 'x-amz-access-token': accessToken }) },
      }),
      headers: {
        ...(restrictedToken !== undefined && { 'x-amz-access-token': restrictedToken }),
        accept: 'application/json',
        'user-agent': AGENT,
        'x-amz-date': toAmzDate(context.now()),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(timeoutMs !== undefined && { timeoutMs }),
      ...(signal !== undefined && { signal }),
    })
    learnRate(operation, response)
    if (response.status < 200 || response.status > 299) throw toRefusal(response, operation, { isPersonal })
    return response
  }

  /** The header names the rate of the seller's plan and never what is left, so nothing else is learned. */
  const learnRate = (operation: string, { headers }: HttpResponse): void => {
    const bucket = bucketOf(operation)
    const rate = readRate(headers['x-amzn-ratelimit-limit'])
    if (bucket === undefined || rate === undefined || rates.get(bucket) === rate) return
    rates.set(bucket, rate)
    http.budgets.learnBucket(bucket, { refillPerSecond: rate })
  }

  return {
    async ask(call, schema) {
      const response = await send(call)
      const { operation, isPersonal = false } = call
      return {
        data: isPersonal
          ? unquoted(() => readJson(response, schema, operation))
          : readJson(response, schema, operation),
        date: response.date,
      }
    },
    async tell(call) {
      await send(call)
    },
  }
}

/** A decimal, requests a second; undefined for what cannot be one. */
export function readRate(header: string | undefined): number | undefined {
  if (header === undefined || !/^\d{1,6}(\.\d{1,12})?$/.test(header.trim())) return undefined
  const rate = Number(header)
  return rate > 0 ? rate : undefined
}

/** SKUs hold every character: nothing is left as it is, and a space never becomes a plus. */
export function toQuery(query: NonNullable<Call['query']>): string {
  const pairs = Object.entries(query).flatMap(([name, value]) => {
    if (value === undefined) return []
    const text =
      typeof value === 'string' ? encodeURIComponent(value) : value.map(encodeURIComponent).join(',')
    return [`${name}=${text}`]
  })
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`
}

/** `20261126T133000Z` */
export function toAmzDate(at: number): string {
  return `${new Date(at)
    .toISOString()
    .replaceAll(/[-:]/g, '')
    .replace(/\.\d+Z$/, '')}Z`
}
