import { Agent, request } from 'undici'
import type { Clock } from '../clock.ts'
import type { Books } from './books.ts'
import type { Faults } from './faults.ts'

/** When a platform tries a failed webhook again: one delay per retry; none: never (WooCommerce). */
export type RetryPolicy = { delaysMs: readonly number[] }

export type WebhookDelivery = {
  url: string
  headers: Record<string, string>
  body: string | Uint8Array
  retry: RetryPolicy
  /** For the books. */
  orderExternalId?: string
  /** Whose failures are counted together: the webhook's own id; the address unless given. */
  subscription?: string
  onDelivered?: () => void
  /** A delivery was given up; how many of this subscription's in a row were. */
  onFailed?: (consecutiveFailures: number) => void
}

export type WebhookCounters = {
  /** HTTP calls made. */
  sent: number
  /** Answered with 2xx. */
  delivered: number
  /** Given up after the last retry. */
  failed: number
  /** Calls that were retries. */
  retried: number
  /** Never sent: by the loss fault, or because too many were pending. */
  lost: number
  duplicated: number
  /** Waiting, in flight or between retries. */
  pending: number
}

export type WebhookSender = {
  /** Hands a webhook over and returns at once; it is sent without delay unless a fault says otherwise. */
  send(delivery: WebhookDelivery): void
  /** One call now, outside faults and counters (pings): the status, undefined when there was no answer. */
  ping(call: Pick<WebhookDelivery, 'url' | 'headers' | 'body'>): Promise<number | undefined>
  counters(): WebhookCounters
  /** Resolves when nothing is pending, retries included. */
  drain(): Promise<void>
  /** Gives up everything pending and closes the connections. */
  close(): Promise<void>
}

export type WebhookSenderOptions = {
  faults: Faults
  books: Books
  clock: Clock
  /** How long a receiver may take; Shopify allows 5 s. */
  timeoutMs?: number
  /** Factor on retry delays: 0.001 turns Shopify's four hours into 14 seconds. */
  timeScale?: number
  pendingMax?: number
}

export function createWebhookSender({
  faults,
  books,
  clock,
  timeoutMs = 5_000,
  timeScale = 1,
  pendingMax = 50_000,
}: WebhookSenderOptions): WebhookSender {
  // Calls past the number of connections wait in line.
  const agent = new Agent({
    connections: 64,
    pipelining: 1,
    keepAliveTimeout: 60_000,
    connect: { timeout: timeoutMs },
  })
  const closing = new AbortController()
  const counters = { sent: 0, delivered: 0, failed: 0, retried: 0, lost: 0, duplicated: 0 }
  const consecutiveFailures = new Map<string, number>()
  let pending = 0
  let waitingForDrain: (() => void)[] = []

  const call = async ({ url, headers, body }: Pick<WebhookDelivery, 'url' | 'headers' | 'body'>) => {
    const answered = new AbortController()
    const ended = new AbortController()
    const close = () => ended.abort(closing.signal.reason)
    closing.signal.addEventListener('abort', close, { once: true })
    clock.sleep(timeoutMs, answered.signal).then(
      () => ended.abort(),
      () => undefined, // answered in time
    )
    try {
      const answer = await request(url, {
        dispatcher: agent,
        method: 'POST',
        headers,
        body: typeof body === 'string' ? body : Buffer.from(body),
        signal: ended.signal,
      })
      await answer.body.dump()
      return answer.statusCode
    } catch {
      return undefined // No answer is a failed delivery, whatever the reason; the caller retries or gives up.
    } finally {
      answered.abort()
      closing.signal.removeEventListener('abort', close)
    }
  }

  const attempt = async (delivery: WebhookDelivery, number: number): Promise<boolean> => {
    counters.sent += 1
    books.webhookSends.append({
      atNs: books.nowNs(),
      orderExternalId: delivery.orderExternalId ?? null,
      attempt: number,
    })
    const status = await call(delivery)
    return status !== undefined && status >= 200 && status < 300
  }

  const deliver = async (delivery: WebhookDelivery, delayMs: number): Promise<void> => {
    const subscription = delivery.subscription ?? delivery.url
    if (delayMs > 0) await clock.sleep(delayMs, closing.signal)
    for (let number = 1; ; number += 1) {
      if (await attempt(delivery, number)) {
        counters.delivered += 1
        consecutiveFailures.delete(subscription)
        delivery.onDelivered?.()
        return
      }
      const retryMs = delivery.retry.delaysMs[number - 1]
      if (retryMs === undefined || closing.signal.aborted) break
      await clock.sleep(retryMs * timeScale, closing.signal)
      counters.retried += 1
    }
    counters.failed += 1
    const failures = (consecutiveFailures.get(subscription) ?? 0) + 1
    consecutiveFailures.set(subscription, failures)
    delivery.onFailed?.(failures)
  }

  const settle = () => {
    pending -= 1
    if (pending > 0) return
    for (const resolve of waitingForDrain) resolve()
    waitingForDrain = []
  }

  return {
    send(delivery) {
      const copies = faults.webhookCopies()
      if (copies.length === 0 || pending + copies.length > pendingMax || closing.signal.aborted) {
        counters.lost += 1
        return
      }
      counters.duplicated += copies.length - 1
      for (const { delayMs } of copies) {
        pending += 1
        deliver(delivery, delayMs).then(settle, (error: unknown) => {
          settle()
          // Closing wakes the sleepers with an error; anything else is a defect of the platform's callbacks.
          if (!closing.signal.aborted) throw error
        })
      }
    },
    ping: call,
    counters: () => ({ ...counters, pending }),
    drain: () =>
      pending === 0
        ? Promise.resolve()
        : new Promise((resolve) => {
            waitingForDrain.push(resolve)
          }),
    async close() {
      closing.abort(new Error('The simulator closes.'))
      await agent.destroy()
    },
  }
}
