import { createHmac, timingSafeEqual } from 'node:crypto'
import type { MasterKey } from '../sealing.ts'

const VALID_MS = 60_000

/**
 * By this a command on the hub's own machine shows that it has the master key, which is more than any account has.
 * @param port at which the hub is asked: another program that answers there in its place can do nothing with it elsewhere
 */
export function makeMachineToken(key: MasterKey, { nowMs, port }: { nowMs: number; port: number }): string {
  return `${nowMs}.${markOf(key, `${nowMs} ${port}`)}`
}

/** Whether it was made with this key, for this port, within the last minute. */
export function isMachineToken(
  key: MasterKey,
  token: string,
  { nowMs, port }: { nowMs: number; port: number | undefined },
): boolean {
  const [moment = '', mark = ''] = token.split('.')
  const wanted = Buffer.from(markOf(key, `${moment} ${port}`))
  const given = Buffer.from(mark)
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return false
  return Math.abs(nowMs - Number(moment)) <= VALID_MS
}

function markOf(key: MasterKey, what: string): string {
  return createHmac('sha256', key.bytes).update(`plimsoll machine ${what}`).digest('base64url')
}
