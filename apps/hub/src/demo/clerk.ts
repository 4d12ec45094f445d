import type { Clock } from '@plimsoll/connector-kit'
import { request } from 'undici'
import type { ClientChange } from './latency.ts'

export type ClerkOptions = {
  /** Of a running hub; asked anew for each call, since one may have been killed. */
  hubUrl(): string
  skus: readonly string[]
  locationCode: string
  everyMs: number
  /** Whether something of it may break; all may unless given. */
  mayBreak?(sku: string): boolean
  /** An answer that takes longer is given up and asked for again; 300 s unless given. */
  timeoutMs?: number
  clock: Clock
  random(): number
  uuid(): string
  signal: AbortSignal
}

export type ClerkBook = { changes: (ClientChange & { units: number })[]; received: Map<string, number> }

const UNITS_MAX = 12

/**
 * A clerk in the warehouse who, over the hub's API, receives a delivery or writes off a breakage now and
 * then. Each call is repeated under its key until it is answered, so a killed hub costs nothing.
 */
export async function workAsClerk(options: ClerkOptions, book: ClerkBook): Promise<void> {
  const { clock, random, signal } = options
  while (!signal.aborted) {
    await clock.sleep(options.everyMs, signal).catch(() => undefined) // the run is over
    const sku = options.skus[Math.floor(random() * options.skus.length)]
    if (signal.aborted || sku === undefined) return
    const units = 1 + Math.floor(random() * UNITS_MAX)
    const isDelivery = random() < 0.7 || options.mayBreak?.(sku) === false
    const quantity = isDelivery ? units : -1
    const atNs = process.hrtime.bigint()
    const isDone = await adjust(options, sku, quantity)
    // Nothing is left that could break.
    if (!isDone) continue
    book.changes.push({ sku, atNs, units: quantity })
    book.received.set(sku, (book.received.get(sku) ?? 0) + quantity)
  }
}

/** @returns false when the hub refuses it: there are not so many */
async function adjust(options: ClerkOptions, sku: string, quantity: number): Promise<boolean> {
  const key = options.uuid()
  for (;;) {
    const status = await postOnce(options, key, sku, quantity)
    if (status === 200 || status === 201) return true
    if (status === 409 && quantity < 0) return false
    if (status !== undefined && status < 500)
      throw new Error(`an adjustment of ${sku} was answered ${status}`)
    await options.clock.sleep(100)
  }
}

/** @returns undefined when nobody answered in time: the hub was killed; the key makes asking again safe */
async function postOnce(
  options: ClerkOptions,
  key: string,
  sku: string,
  quantity: number,
): Promise<number | undefined> {
  try {
    const answer = await request(`${options.hubUrl()}/api/v1/stock/adjust`, {
      method: 'POST',
      ...(options.timeoutMs !== undefined && {
        headersTimeout: options.timeoutMs,
        bodyTimeout: options.timeoutMs,
      }),
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify({
        sku,
        location: options.locationCode,
        quantity,
        reason: quantity > 0 ? 'delivery' : 'breakage',
      }),
    })
    await answer.body.dump()
    return answer.statusCode
  } catch (error) {
    if (error instanceof Error && 'code' in error) return undefined
    throw error
  }
}
