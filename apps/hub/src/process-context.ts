import { randomFillSync } from 'node:crypto'
import { systemClock } from '@plimsoll/connector-kit'
import { v7 as uuidv7 } from 'uuid'

/** The real clock, ids and chance of this process. Everything else is handed them. */
export const processContext = {
  clock: systemClock,
  uuid: nextUuid,
  random: () => Math.random(),
}

const BYTES_PER_ID = 16
/** Fetched for many ids at once: one by one, they were a fifth of what applying orders costs the process. */
const pool = new Uint8Array(BYTES_PER_ID * 256)
let taken = pool.length
let lastMs = 0
let sequence = 0

/**
 * UUIDv7 in the order of asking: within a millisecond, and when the clock is set back, a counter goes on (RFC 9562,
 * section 6.2). The library counts by itself only as long as it also fetches its own random bytes.
 */
function nextUuid(): string {
  const random = takeRandomBytes()
  const nowMs = systemClock.now()
  if (nowMs > lastMs) {
    lastMs = nowMs
    // The top bit stays free, so that counting within a millisecond does not overflow.
    sequence = new DataView(random.buffer).getUint32(0) >>> 2
  } else {
    sequence += 1
  }
  return uuidv7({ random, msecs: lastMs, seq: sequence })
}

function takeRandomBytes(): Uint8Array {
  if (taken === pool.length) {
    randomFillSync(pool)
    taken = 0
  }
  taken += BYTES_PER_ID
  return pool.slice(taken - BYTES_PER_ID, taken)
}
