import type { CallClass, ErrorKind } from '@plimsoll/connector-kit'
import { LOOKED_AT_MAX, maskBody } from './mask-body.ts'
import {
  type MaskRules,
  maskCallAddress,
  maskHeaders,
  requestIdOf,
  SECRET_MIN,
  secretsOfHeaders,
} from './mask-values.ts'
import { plainName } from './private-names.ts'

/** One call as it was, held for a second at the most: bodies are copies of their beginnings. */
export type HeardCall = {
  callId: string
  /** When it left, or came. */
  at: Date
  direction: 'out' | 'in'
  operation: string
  method: string
  url: string
  requestHeaders: Readonly<Record<string, string | undefined>>
  requestBody: BodyBegin | undefined
  responseHeaders: Readonly<Record<string, string | undefined>>
  responseBody: BodyBegin | undefined
  status: number | undefined
  error: ErrorKind | undefined
  sent: boolean
  waitedMs: number
  durationMs: number
  purpose: CallClass | undefined
  about: readonly string[]
}

export type BodyBegin = { bytes: number; begin: string; isCut: boolean }

/** A call as it is kept. */
export type MaskedCall = {
  callId: string
  at: Date
  direction: 'out' | 'in'
  operation: string
  method: string
  address: string
  status: number | null
  error: string | null
  sent: boolean
  failed: boolean
  waitedMs: number
  durationMs: number
  purpose: string | null
  requestBytes: number
  responseBytes: number
  platformRequestId: string | null
  about: string[]
  detail: {
    requestHeaders: Record<string, string>
    responseHeaders: Record<string, string>
    /** Masked; null: there was none, or nothing of it may be kept. */
    requestBody: string | null
    responseBody: string | null
  }
}

/** What a call is about, so that it is found again: `write:ID`, `order:EXTERNAL_ID`. At most so many of one call. */
export const ABOUT_MAX = 500

/** The beginning of a body, copied: a part of a text keeps all of it in memory. */
export function beginOf(body: string | Uint8Array | undefined): BodyBegin | undefined {
  if (body === undefined || body.length === 0) return undefined
  const part = body.slice(0, LOOKED_AT_MAX)
  const begin = Buffer.from(part as string).toString('utf8')
  const bytes = typeof body === 'string' ? Buffer.byteLength(body) : body.length
  return { bytes, begin, isCut: body.length > LOOKED_AT_MAX }
}

/** Operations whose bodies say to whom something goes. */
const ABOUT_PEOPLE = /recipient|order|ship|return|customer|cancel|tracking|deliver|webhook|token|grant/i

/** Masks a call for good: nothing of what it drops can be had back. */
export function maskCall(
  call: HeardCall,
  caller: { secrets: readonly string[]; privateNames: readonly string[] },
): MaskedCall {
  const ofRequest = call.direction === 'out' ? secretsOfHeaders(definedOf(call.requestHeaders)) : []
  const rules: MaskRules = {
    names: new Set(caller.privateNames.map(plainName)),
    // The longest first: one may be the beginning of another.
    secrets: [...new Set([...caller.secrets, ...ofRequest])].sort((a, b) => b.length - a.length),
    isStrict: call.direction === 'in' || ABOUT_PEOPLE.test(`${call.operation} ${call.purpose ?? ''}`),
  }
  const body = (said: BodyBegin | undefined, headers: Readonly<Record<string, string | undefined>>) => {
    const masked = said && maskBody(said, headers['content-type'], rules)
    return masked === undefined ? null : storable(masked)
  }
  const headersOf = (headers: Readonly<Record<string, string | undefined>>) =>
    Object.fromEntries(
      Object.entries(maskHeaders(headers, rules)).map(([name, value]) => [storable(name), storable(value)]),
    )
  const { status, error } = call
  return {
    callId: call.callId,
    at: call.at,
    direction: call.direction,
    operation: call.operation,
    method: call.method,
    address: storable(maskCallAddress(call.url, rules)),
    status: status ?? null,
    error: error ?? null,
    sent: call.sent,
    failed: isFailed(call),
    waitedMs: Math.round(call.waitedMs),
    durationMs: Math.round(call.durationMs),
    purpose: call.purpose ?? null,
    requestBytes: call.requestBody?.bytes ?? 0,
    responseBytes: call.responseBody?.bytes ?? 0,
    platformRequestId: requestIdOf(call.responseHeaders, rules) ?? null,
    about: call.about.slice(0, ABOUT_MAX).map((each) => storable(each.slice(0, 300))),
    detail: {
      requestHeaders: headersOf(call.requestHeaders),
      responseHeaders: headersOf(call.responseHeaders),
      requestBody: body(call.requestBody, lowerCase(call.requestHeaders)),
      responseBody: body(call.responseBody, call.responseHeaders),
    },
  }
}

/** PostgreSQL keeps neither half a character nor a zero. */
function storable(text: string): string {
  return text.toWellFormed().replaceAll('\0', '')
}

export function isFailed({ status, error }: Pick<HeardCall, 'status' | 'error'>): boolean {
  return error !== undefined || (status !== undefined && status >= 400)
}

/** Every text in what a connection proves itself with, as it may be sent: plain, and as part of an address. */
export function secretsOf(credentials: unknown): string[] {
  return [...textsOf(credentials)].flatMap((text) => {
    if (text.length < SECRET_MIN) return []
    const encoded = encodeURIComponent(text)
    const base64 = Buffer.from(text).toString('base64').replace(/=+$/, '')
    const quoted = JSON.stringify(text).slice(1, -1)
    return [...new Set([text, encoded, base64, quoted])]
  })
}

function* textsOf(value: unknown): Generator<string> {
  if (typeof value === 'string') yield value
  else if (typeof value === 'object' && value !== null)
    for (const part of Object.values(value)) yield* textsOf(part)
}

function definedOf(headers: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]): [string, string][] =>
      value === undefined ? [] : [[name, value]],
    ),
  )
}

function lowerCase(headers: Readonly<Record<string, string | undefined>>) {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
}
