import type { TransferSerialState } from '@plimsoll/database'
import { type Refusal, refuse } from '../errors.ts'
import type { SerialGroups } from '../serials/serial-groups.ts'

/** One unit that left with a line of a transfer, and what became of it; `damaged`: received, and held. */
export type TransferSerial = { serial: string; state: TransferSerialState }

/** The units of a line as they leave. */
export function dispatchedSerials(serials: readonly string[] = []): TransferSerial[] {
  return inOrder(serials.map((serial) => ({ serial, state: 'in-transit' as const })))
}

/** The units of a line that have neither arrived nor been given up. */
export function inTransitSerials(serials: readonly TransferSerial[]): string[] {
  return serials.filter(({ state }) => state === 'in-transit').map(({ serial }) => serial)
}

/** The units of a line after a receipt. */
export function arrivedSerials(
  before: readonly TransferSerial[],
  { serials = [], damagedSerials = [], lostSerials = [] }: SerialGroups,
  back: boolean,
): TransferSerial[] {
  const states = new Map<string, TransferSerialState>([
    ...serials.map((serial) => [serial, back ? 'returned' : 'received'] as const),
    ...damagedSerials.map((serial) => [serial, back ? 'returned' : 'damaged'] as const),
    ...lostSerials.map((serial) => [serial, 'lost'] as const),
  ])
  return before.map((each) => ({ ...each, state: states.get(each.serial) ?? each.state }))
}

/** Refuses units that did not leave with this line, or are here already: another transfer may have them in transit. */
export function findStraySerial(
  of: readonly TransferSerial[],
  { serials, damagedSerials, lostSerials }: SerialGroups,
): Refusal | undefined {
  // Whether the item is tracked so at all is the ledger's to say.
  if (of.length === 0) return undefined
  const open = new Set(inTransitSerials(of))
  for (const [field, named = []] of Object.entries({ serials, damagedSerials, lostSerials })) {
    const stray = named.find((serial) => !open.has(serial))
    if (stray !== undefined) {
      return refuse('beyond-dispatched', field, `The serial "${stray}" is not in transit on this line.`)
    }
  }
  return undefined
}

/** As they are shown and compared, wherever they come from. */
export function inOrder(serials: readonly TransferSerial[]): TransferSerial[] {
  return serials.toSorted((a, b) => (a.serial < b.serial ? -1 : 1))
}
