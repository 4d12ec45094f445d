import type { Clock } from '@plimsoll/connector-kit'
import type { SimulatorServices } from '@plimsoll/connector-kit/simulator'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { failure } from './envelope.ts'

export const CUSTOMER = { code: 'G296', firm: 'Harbour & Co. (Shenzhen)' }

export const GIVEN = { appToken: 'simulated-app-token', appKey: 'simulated-app-key' }

const MINUTE_MS = 60_000

/** Who may call, and how often. */
export function createAccount({ clock, callsPerMinute }: { clock: Clock; callsPerMinute: number }) {
  let minute: number[] = []
  return {
    /** Before every call: a refusal with 200 for wrong keys, 429 past the calls of a minute. */
    async admit(
      request: FastifyRequest,
      reply: FastifyReply,
      { faults }: SimulatorServices,
    ): Promise<unknown> {
      const { 'app-token': token, 'app-key': key } = request.headers
      if (faults.isRevoked() || token !== GIVEN.appToken || key !== GIVEN.appKey)
        return await reply.send(failure('app-token或app-key错误', '10101001'))
      const now = clock.now()
      minute = minute.filter((at) => at > now - MINUTE_MS)
      if (minute.length >= callsPerMinute || faults.shouldThrottle()) return await reply.code(429).send()
      minute.push(now)
      return undefined
    },
  }
}
