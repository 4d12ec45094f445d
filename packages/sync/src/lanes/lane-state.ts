import type { Capabilities } from '@plimsoll/connector-kit'

/** What a lane keeps between its turns; the truth is in the database. */
export type LaneState = {
  /** Up to then every order of the connection is known. */
  fenceAt: Date | undefined
  /** When the last complete read of the orders began. */
  readAt: Date | undefined
  batchLimit: number
  /** Levels of a batch that was refused whole: at least one of them is why. Empty: none is suspected. */
  suspects: ReadonlySet<string>
  /** Running mean of how long reading the orders takes. */
  orderReadMs: number
  /** When the lane began to read the orders for the decreases that wait now, by the monotonic clock; undefined: it has not. */
  readingSinceMs: number | undefined
  /** Inbox rows applied so far: what was found before it moved may be out of date. */
  applied: number
  /** Writes are stopped, of all or of this connection: until then it is not asked again whether they still are. */
  stoppedUntil: Date | undefined
  /** Levels wait to be read back until the orders may be read: the next read of them is for these. */
  isToRead: boolean
}

/** Of a lane that begins: nothing is known yet. */
export function newLaneState({ batchMax }: Pick<Capabilities, 'batchMax'>): LaneState {
  return {
    fenceAt: undefined,
    readAt: undefined,
    batchLimit: batchMax,
    suspects: new Set(),
    orderReadMs: 0,
    readingSinceMs: undefined,
    applied: 0,
    stoppedUntil: undefined,
    isToRead: false,
  }
}
