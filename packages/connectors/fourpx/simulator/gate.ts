import { type Clock, isSignedWith } from '@plimsoll/connector-kit'
import type { SimulatorServices } from '@plimsoll/connector-kit/simulator'
import { scheme } from '../signing.ts'
import { failure } from './envelope.ts'

export const GIVEN = { appKey: 'simulated-app-key', appSecret: 'simulated-app-secret' }

/** A call may be so old. */
const CLOCK_MS = 10 * 60_000

/** Who may call: the signature over address and body, as they came. Undefined: it may. */
export function refusalOf(
  query: Readonly<Record<string, string | undefined>>,
  body: string,
  { clock, faults }: { clock: Clock; faults: SimulatorServices['faults'] },
) {
  const { app_key = '', format = '', method = '', timestamp = '', v = '', sign = '' } = query
  if (faults.isRevoked() || app_key !== GIVEN.appKey) return failure('INVALID_APP_KEY', 'app_key无效')
  if (format !== 'json' || v === '') return failure('INVALID_PARAMETER', '公共参数错误')
  if (!(Math.abs(clock.now() - Number(timestamp)) <= CLOCK_MS))
    return failure('INVALID_TIMESTAMP', '时间戳无效')
  const call = { parameters: { app_key, format, method, timestamp, v }, body }
  if (!isSignedWith(scheme, call, { secret: GIVEN.appSecret, signature: sign }))
    return failure('INVALID_SIGN', '签名错误')
  if (faults.shouldThrottle()) return failure('FLOW_LIMIT', '请求过于频繁')
  return undefined
}
