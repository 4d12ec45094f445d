import type { Clock } from '@plimsoll/connector-kit'
import type { SimulatorServices } from '@plimsoll/connector-kit/simulator'
import type { FastifyReply, FastifyRequest } from 'fastify'

export const GIVEN = {
  apiKey: 'simulated-key',
  apiSecret: 'simulated-secret',
  apiKeyV2: 'simulated-key-v2',
}

const MINUTE_MS = 60_000

/** Who may call, and how often: each API counts by itself, by the minute. */
export function createAccount(options: { clock: Clock; v1PerMinute: number; v2PerMinute: number }) {
  const { clock, v1PerMinute, v2PerMinute } = options
  const windows = { v1: { from: 0, count: 0 }, v2: { from: 0, count: 0 } }
  const count = (api: 'v1' | 'v2', perMinute: number) => {
    const now = clock.now()
    const window = windows[api]
    if (now - window.from >= MINUTE_MS) Object.assign(window, { from: now, count: 0 })
    const resetSeconds = Math.max(1, Math.ceil((window.from + MINUTE_MS - now) / 1_000))
    if (window.count >= perMinute) return { isOver: true, left: 0, resetSeconds }
    window.count += 1
    return { isOver: false, left: perMinute - window.count, resetSeconds }
  }

  return {
    async admitV1({ headers }: FastifyRequest, reply: FastifyReply, { faults }: SimulatorServices) {
      const wanted = Buffer.from(`${GIVEN.apiKey}:${GIVEN.apiSecret}`).toString('base64')
      if (faults.isRevoked() || headers.authorization !== `Basic ${wanted}`)
        return await reply.code(401).send({ Message: 'Authorization has been denied for this request.' })
      const { isOver, left, resetSeconds } = count('v1', v1PerMinute)
      reply.headers({
        'x-rate-limit-limit': String(v1PerMinute),
        'x-rate-limit-remaining': String(left),
        'x-rate-limit-reset': String(resetSeconds),
      })
      if (isOver || faults.shouldThrottle())
        return await reply.code(429).send({ message: 'Too Many Requests' })
      return undefined
    },
    async admitV2({ headers }: FastifyRequest, reply: FastifyReply, { faults }: SimulatorServices) {
      if (faults.isRevoked() || headers['api-key'] !== GIVEN.apiKeyV2)
        return await reply.code(401).send(errorOf('unauthorized', 'The API key is invalid.'))
      const { isOver, resetSeconds } = count('v2', v2PerMinute)
      if (isOver || faults.shouldThrottle())
        return await reply
          .code(429)
          .header('retry-after', String(resetSeconds))
          .send(errorOf('rate_limit_exceeded', 'Too many requests.'))
      return undefined
    },
  }
}

/** As V2 says that something is wrong. */
export function errorOf(code: string, message: string, field?: string) {
  return {
    request_id: 'simulated',
    errors: [
      { error_source: 'shipstation', error_type: 'validation', error_code: code, message, field_name: field },
    ],
  }
}
