import { createHmac, timingSafeEqual } from 'node:crypto'
import type { MasterKey, SealingKey } from '../sealing.ts'

const VALID_MS = 60_000

/**
 * By this a command on the hub's own machine shows that it has the master key, which is more than any account has.
 * @param port at which the hub is asked: another program that answers there in its place can do nothing with it elsewhere
 */
export function makeMachineToken(key: MasterKey, { nowMs, port }: { nowMs: number; port: number }): string {
  return `${nowMs}.${markOf(key, `${nowMs} ${port}`)}`
}

/** Whether it was made with one of these keys, for this port, within the last minute. */
export function isMachineToken(
  key: MasterKey,
  token: string,
  { nowMs, port }: { nowMs: number; port: number | undefined },
): boolean {
  const [moment = '', mark = ''] = token.split('.')
  const given = Buffer.from(mark)
  // Of any key: while keys are changed, the command may have read the file a moment before or after the hub.
  const isMade = () =>
    [key, ...(key.others ?? [])].some((each) => {
      const wanted = Buffer.from(markOf(each, `${moment} ${port}`))
      return given.length === wanted.length && timingSafeEqual(given, wanted)
    })
  if (!isMade() && !(key.refresh?.() === true && isMade())) return false
  return Math.abs(nowMs - Number(moment)) <= VALID_MS
}

function markOf(key: SealingKey, what: string): string {
  return createHmac('sha256', key.bytes).update(`plimsoll machine ${what}`).digest('base64url')
}
