import { type Clock, fromBeijingTime, isSignedWith } from '@plimsoll/connector-kit'
import type { SimulatorServices } from '@plimsoll/connector-kit/simulator'
import { z } from 'zod'
import { scheme } from '../signing.ts'
import { failure } from './envelope.ts'

export const GIVEN = {
  appKey: 'simulated-seller',
  token: 'SIMULATED-TOKEN',
  clientId: 'simulated-client-id',
  clientSecret: 'simulated-client-secret',
}

/** A call may be so old. */
const CLOCK_MS = 10 * 60_000

export const call = z.object({
  action: z.string(),
  app_key: z.string(),
  client_id: z.string(),
  client_sign: z.string(),
  data: z.record(z.string(), z.unknown()),
  format: z.literal('json'),
  language: z.string(),
  platform: z.string().min(1),
  sign: z.string(),
  sign_method: z.literal('md5'),
  timestamp: z.string(),
  version: z.string(),
})

/** Who may call: both signatures, and the clock. Undefined: it may. */
export function refusalOf(
  given: z.infer<typeof call>,
  { clock, faults }: { clock: Clock; faults: SimulatorServices['faults'] },
) {
  const { client_id, client_sign, sign, language: _language, data, ...rest } = given
  if (faults.isRevoked() || rest.app_key !== GIVEN.appKey) return failure('10001', 'app_key错误')
  if (client_id !== GIVEN.clientId) return failure('10002', 'client_id错误')
  const at = fromBeijingTime(rest.timestamp)?.getTime() ?? Number.NaN
  if (!(Math.abs(clock.now() - at) <= CLOCK_MS)) return failure('10003', 'timestamp与token时间不符')
  const signed = { ...rest, data: JSON.stringify(data) }
  if (!isSignedWith(scheme, signed, { secret: GIVEN.token, signature: sign }))
    return failure('10004', 'sign签名错误')
  if (!isSignedWith(scheme, signed, { secret: GIVEN.clientSecret, signature: client_sign }))
    return failure('10005', 'client_sign签名错误')
  if (faults.shouldThrottle()) return failure('10006', '请求过于频繁，请降低调用频率')
  return undefined
}
