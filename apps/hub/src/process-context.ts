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
/** Used again for each id: what is made for one and thrown away was a quarter of all garbage. */
const asked = { random: new Uint8Array(BYTES_PER_ID), msecs: 0, seq: 0 }
const bytes = new Uint8Array(BYTES_PER_ID)
const text = Buffer.from('00000000-0000-0000-0000-000000000000', 'latin1')

/**
 * UUIDv7 in the order of asking: within a millisecond, and when the clock is set back, a counter goes on (RFC 9562,
 * section 6.2). The library counts by itself only as long as it also fetches its own random bytes.
 */
function nextUuid(): string {
  takeRandomBytes()
  const nowMs = systemClock.now()
  if (nowMs > asked.msecs) {
    asked.msecs = nowMs
    // The top bit stays free, so that counting within a millisecond does not overflow.
    asked.seq = new DataView(asked.random.buffer).getUint32(0) >>> 2
  } else {
    asked.seq += 1
  }
  return toText(uuidv7(asked, bytes))
}

function takeRandomBytes(): void {
  if (taken === pool.length) {
    randomFillSync(pool)
    taken = 0
  }
  for (let nth = 0; nth < BYTES_PER_ID; nth += 1) asked.random[nth] = pool[taken++] as number
}

/** Where the two digits of each byte stand. */
const DIGITS_AT = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34]
const DIGITS = Buffer.from('0123456789abcdef', 'latin1')

function toText(id: Uint8Array): string {
  for (let nth = 0; nth < BYTES_PER_ID; nth += 1) {
    const byte = id[nth] as number
    const at = DIGITS_AT[nth] as number
    text[at] = DIGITS[byte >> 4] as number
    text[at + 1] = DIGITS[byte & 15] as number
  }
  return text.toString('latin1')
}
