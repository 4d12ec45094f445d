import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { WebhookRequest } from '../canonical.ts'
import { systemClock } from '../clock.ts'
import type { ChallengeAnswer } from '../webhook-handling.ts'

export type ReceivedWebhook = WebhookRequest & { path: string }

/** A receiver of webhooks on loopback that keeps what it gets. */
export type WebhookInbox = {
  url: string
  received: ReceivedWebhook[]
  /** Status of the answers from now on; 200 at first. */
  answerWith(status: number): void
  /** Waits until `isWanted` finds one among those received; throws after `timeoutMs`. */
  waitFor(isWanted: (request: ReceivedWebhook) => boolean, timeoutMs?: number): Promise<ReceivedWebhook>
  close(): Promise<void>
}

/** @param challenge answers a GET as the hub does; without it, or where it does not, it is 404 */
export async function openWebhookInbox(
  challenge?: (request: WebhookRequest) => ChallengeAnswer | undefined,
): Promise<WebhookInbox> {
  const received: ReceivedWebhook[] = []
  const waiting = new Set<() => void>()
  let status = 200

  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const headers: Record<string, string | undefined> = {}
      for (const [name, value] of Object.entries(request.headers)) {
        headers[name] = Array.isArray(value) ? value.join(', ') : value
      }
      const path = request.url ?? '/'
      const url = `http://${request.headers.host}${path}`
      const called = { method: request.method ?? 'POST', url, headers, body: Buffer.concat(chunks), path }
      if (called.method === 'GET') {
        const answer = challenge?.(called)
        response.writeHead(answer === undefined ? 404 : 200, { 'content-type': answer?.contentType })
        response.end(answer?.body)
        return
      }
      received.push(called)
      response.writeHead(status).end()
      for (const look of waiting) look()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // listening on TCP

  return {
    url: `http://127.0.0.1:${port}/webhooks`,
    received,
    answerWith(next) {
      status = next
    },
    async waitFor(isWanted, timeoutMs = 5_000) {
      const late = new AbortController()
      try {
        return await new Promise<ReceivedWebhook>((resolve, reject) => {
          const look = () => {
            const found = received.find(isWanted)
            if (found === undefined) return
            waiting.delete(look)
            resolve(found)
          }
          waiting.add(look)
          look()
          systemClock.sleep(timeoutMs, late.signal).then(
            () => {
              waiting.delete(look)
              reject(new Error(`No such webhook within ${timeoutMs} ms; ${received.length} others came.`))
            },
            () => undefined, // found in time
          )
        })
      } finally {
        late.abort()
      }
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
