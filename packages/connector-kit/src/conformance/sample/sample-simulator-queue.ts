import type { FastifyInstance } from 'fastify'
import { ACCOUNT_ID } from './sample-simulator-access.ts'

/** A message that was handed out is hidden for so long; then, unless it was acknowledged, it comes again. */
export const hiddenMs = 30
const AT_ONCE = 10

/** The corner shop's queue: at least once, in no order. */
export function createSampleQueue(now: () => number) {
  const messages = new Map<string, { body: string; hiddenUntil: number }>()
  let added = 0
  return {
    add(body: string): void {
      added += 1
      messages.set(`message-${added}`, { body, hiddenUntil: 0 })
    },
    routes(app: FastifyInstance): void {
      app.get('/queue', async () => {
        const waiting = [...messages].filter(([, message]) => now() >= message.hiddenUntil)
        // The newest first: nobody may rely on an order.
        const taken = waiting.toReversed().slice(0, AT_ONCE)
        for (const [, message] of taken) message.hiddenUntil = now() + hiddenMs
        return {
          messages: taken.map(([receipt, { body }]) => ({ receipt, body, account: ACCOUNT_ID })),
        }
      })
      app.post<{ Body: { receipts: string[] } }>('/queue/acknowledge', async ({ body }) => {
        for (const receipt of body.receipts) messages.delete(receipt)
        return {}
      })
    },
  }
}
