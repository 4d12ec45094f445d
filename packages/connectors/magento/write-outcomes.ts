import {
  type ConnectorError,
  Invalid,
  isConnectorError,
  type LevelWrite,
  NotFound,
  Unavailable,
  type WriteOutcome,
} from '@plimsoll/connector-kit'
import { toQuantity } from './map.ts'

/** What became of writes, however they are sent. */

export function refused({ writeId }: LevelWrite, error: ConnectorError): WriteOutcome {
  return { writeId, kind: 'refused', error }
}

export function untouched(writes: readonly LevelWrite[]): WriteOutcome[] {
  return writes.map(({ writeId }) => ({ writeId, kind: 'untouched' }))
}

/** @param shown what the shop shows after the write; undefined: nothing is there any more */
export function toOutcome(
  write: LevelWrite,
  shown: { quantity: number | string | null } | undefined,
): WriteOutcome {
  if (shown === undefined)
    return refused(write, new NotFound(`"${write.stockUnitId}" was deleted meanwhile.`))
  const quantity = toQuantity(shown.quantity)
  if (quantity === undefined)
    return refused(write, new Invalid(`The shop shows ${shown.quantity}, no whole number.`, 'quantity'))
  return { writeId: write.writeId, kind: 'applied', quantity }
}

/**
 * Reads back what was written a moment ago. If that fails the write is unknown, whatever the failure says of itself:
 * "too many calls" is true of the reading, and the number has been saved.
 */
export async function readBackOf<T>(reading: Promise<T>): Promise<T> {
  try {
    return await reading
  } catch (error) {
    if (!isConnectorError(error)) throw error
    throw new Unavailable(`Written, and not read back: ${error.message}`, true, {
      ...error.platform,
      cause: error,
    })
  }
}

/** The shop minds what was sent, not who sends it. */
export function isAboutTheRows(error: ConnectorError): boolean {
  return error.kind === 'invalid' || error.kind === 'not-found' || error.kind === 'conflict'
}

/** After these the shop has not begun. After any other a part of it may be written. */
export function surelyChangedNothing(error: ConnectorError): boolean {
  switch (error.kind) {
    case 'rate-limited':
    case 'unauthorized':
    case 'forbidden':
    case 'invalid':
    case 'not-found':
    case 'conflict':
      return true
    case 'unavailable':
    case 'malformed':
      return 'sent' in error && error.sent === false
    default: {
      const never: never = error.kind
      return never
    }
  }
}
