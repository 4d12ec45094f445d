import { createHmac, timingSafeEqual } from 'node:crypto'
import type { MasterKey } from '../sealing.ts'

const VALID_MS = 60_000

/** By this a command on the hub's own machine shows that it has the master key, which is more than any account has. */
export function makeMachineToken(key: MasterKey, nowMs: number): string {
  return `${nowMs}.${markOf(key, String(nowMs))}`
}

/** Whether it was made with this key, within the last minute. */
export function isMachineToken(key: MasterKey, token: string, nowMs: number): boolean {
  const [moment = '', mark = ''] = token.split('.')
  const wanted = Buffer.from(markOf(key, moment))
  const given = Buffer.from(mark)
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return false
  return Math.abs(nowMs - Number(moment)) <= VALID_MS
}

function markOf(key: MasterKey, moment: string): string {
  return createHmac('sha256', key.bytes).update(`plimsoll machine ${moment}`).digest('base64url')
}
