import type { SerialEventKind, SerialState } from '@plimsoll/database'
import { type Refusal, refuse } from '../errors.ts'

/**
 * A serial number is one unit of an item, and its life goes
 * in stock ⇄ held → shipped → back in stock or held; removed (lost, scrapped) and found again.
 * It is in one place at a time, and leaves only from where it is.
 */
export type SerialRow = {
  itemId: string
  serial: string
  state: SerialState
  /** Where it is, or was last. */
  locationId: string
  /** The owner of the reservation that it was shipped for. */
  ownerId: string | null
  /** When what it says came about. */
  effectiveAt: Date
}

/** What happens to one unit; `SerialRow` of the moment after. */
export type SerialMove = Pick<SerialRow, 'serial' | 'state' | 'locationId' | 'ownerId'> & {
  kind: SerialEventKind
}

/** What is known of the serials of one item, seen from one location. */
export type SerialPlace = {
  locationId: string
  find(serial: string): SerialRow | undefined
  codeOf(locationId: string): string
}

/** True for a unit that is on hand somewhere. */
export function isInStock({ state }: Pick<SerialRow, 'state'>): boolean {
  return state === 'in-stock' || state === 'held'
}

/** Refuses a list that cannot name so many units. */
export function findBadSerials(serials: readonly string[], quantity: number): Refusal | undefined {
  const seen = new Set<string>()
  for (const serial of serials) {
    if (serial !== serial.trim() || serial === '' || serial.length > SERIAL_LENGTH_MAX) {
      return refuse('serial-invalid', 'serials', `"${serial}" is no serial number.`)
    }
    if (seen.has(serial)) {
      return refuse('serial-duplicate', 'serials', `The serial "${serial}" is named twice.`)
    }
    seen.add(serial)
  }
  return serials.length === Math.abs(quantity)
    ? undefined
    : refuse(
        'serial-count-mismatch',
        'serials',
        `${Math.abs(quantity)} units, but ${serials.length} serials are named.`,
      )
}

const SERIAL_LENGTH_MAX = 100

/** Units that come in from outside: none of them may be known to be somewhere. */
export function decideArrival(
  serials: readonly string[],
  place: SerialPlace,
  as: { kind: 'received' | 'found'; state: 'in-stock' | 'held' },
): SerialMove[] | Refusal {
  for (const serial of serials) {
    const known = place.find(serial)
    if (known === undefined || known.state === 'removed') continue
    if (known.state === 'shipped') return refuseShipped(known)
    if (known.locationId !== place.locationId) return refuseElsewhere(known, place)
    return refuse('serial-exists', 'serials', `The serial "${serial}" is in stock here already.`)
  }
  return serials.map((serial) => ({ ...as, serial, locationId: place.locationId, ownerId: null }))
}

/**
 * Units that are taken away: each must be at the place.
 * @returns `held`: how many of them were held, so that the balance follows
 */
export function decideRemoval(
  serials: readonly string[],
  place: SerialPlace,
): { kind: 'decided'; moves: SerialMove[]; held: number } | Refusal {
  let held = 0
  for (const serial of serials) {
    const here = findHere(serial, place)
    if (here.kind === 'refused') return here
    if (here.row.state === 'held') held += 1
  }
  const { locationId } = place
  const moves = serials.map((serial) => ({
    kind: 'removed' as const,
    state: 'removed' as const,
    serial,
    locationId,
    ownerId: null,
  }))
  return { kind: 'decided', moves, held }
}

/**
 * Units that go from one place to another, the transit location of a transfer among them: there is no moment at which
 * one of them is in neither or in both. Each must be at the place, and not held there.
 * @param to where they go, and whether they are held there
 */
export function decideMove(
  serials: readonly string[],
  from: SerialPlace,
  { locationId, state = 'in-stock' }: { locationId: string; state?: 'in-stock' | 'held' },
): SerialMove[] | Refusal {
  for (const serial of serials) {
    const here = findHere(serial, from)
    if (here.kind === 'refused') return here
    if (here.row.state === 'held') return refuseHeld(serial)
  }
  return serials.map((serial) => ({ kind: 'moved', state, serial, locationId, ownerId: null }))
}

/** Units that are kept back, or no longer. */
export function decideHolding(
  serials: readonly string[],
  place: SerialPlace,
  kind: 'held' | 'unheld',
): SerialMove[] | Refusal {
  const [from, to] = kind === 'held' ? (['in-stock', 'held'] as const) : (['held', 'in-stock'] as const)
  for (const serial of serials) {
    const here = findHere(serial, place)
    if (here.kind === 'refused') return here
    if (here.row.state !== from) {
      const stands = here.row.state === 'held' ? 'held already' : 'not held'
      return refuse('serial-not-in-stock', 'serials', `The serial "${serial}" is ${stands}.`)
    }
  }
  return serials.map((serial) => ({ kind, state: to, serial, locationId: place.locationId, ownerId: null }))
}

/**
 * Units that leave for an owner, each at most once.
 * @param isNew captured at shipment: a serial that nobody has heard of may leave from here
 */
export function decideShipment(
  serials: readonly string[],
  place: SerialPlace,
  ownerId: string,
  isNew: 'may-be-new' | 'must-be-known',
): SerialMove[] | Refusal {
  for (const serial of serials) {
    const known = place.find(serial)
    const isUnknown = known === undefined || known.state === 'removed'
    if (isNew === 'may-be-new' && isUnknown) continue
    const here = findHere(serial, place)
    if (here.kind === 'refused') return here
    if (here.row.state === 'held') return refuseHeld(serial)
  }
  const { locationId } = place
  return serials.map((serial) => ({ kind: 'shipped', state: 'shipped', serial, locationId, ownerId }))
}

/** Units that come back from whom they were shipped to. */
export function decideReturn(
  serials: readonly string[],
  find: (serial: string) => SerialRow | undefined,
  ownerId: string,
  to: { state: 'in-stock' | 'held'; locationIdOf(from: string): string },
): SerialMove[] | Refusal {
  const moves: SerialMove[] = []
  for (const serial of serials) {
    const known = find(serial)
    if (known === undefined || known.state !== 'shipped' || known.ownerId !== ownerId) {
      return refuse(
        'serial-not-shipped',
        'serials',
        `The serial "${serial}" was not shipped for this reservation, or is back already.`,
      )
    }
    const locationId = to.locationIdOf(known.locationId)
    moves.push({ kind: 'returned', state: to.state, serial, locationId, ownerId: null })
  }
  return moves
}

/**
 * A count by serials: what is there and was not known of is found, what was known and is not there is removed.
 * @param present what the hub thinks is at the place
 * @param countedAt what moved after this moment is left as it stands
 */
export function decideSerialCount(
  serials: readonly string[],
  present: readonly SerialRow[],
  place: SerialPlace,
  countedAt: Date | undefined,
): { kind: 'decided'; moves: SerialMove[]; found: number; removed: number; held: number } | Refusal {
  const { missing, surplus } = serialVariance(serials, present, place.find, countedAt)
  const found = decideArrival(surplus, place, { kind: 'found', state: 'in-stock' })
  if ('kind' in found) return found
  const removed = decideRemoval(
    missing.map((row) => row.serial),
    place,
  )
  if (removed.kind === 'refused') return removed
  return {
    kind: 'decided',
    moves: [...found, ...removed.moves],
    found: found.length,
    removed: removed.moves.length,
    held: removed.held,
  }
}

/**
 * How what was found differs from what the hub thinks is there.
 * @param countedAt what moved after this moment is neither missing nor a surprise
 */
export function serialVariance(
  serials: readonly string[],
  present: readonly SerialRow[],
  find: (serial: string) => SerialRow | undefined,
  countedAt: Date | undefined,
): { missing: SerialRow[]; surplus: string[] } {
  const movedSince = (row: SerialRow | undefined) =>
    row !== undefined && countedAt !== undefined && row.effectiveAt > countedAt
  const listed = new Set(serials)
  const here = new Set(present.map((row) => row.serial))
  return {
    missing: present.filter((row) => !listed.has(row.serial) && !movedSince(row)),
    surplus: serials.filter((serial) => !here.has(serial) && !movedSince(find(serial))),
  }
}

function findHere(serial: string, place: SerialPlace): { kind: 'here'; row: SerialRow } | Refusal {
  const row = place.find(serial)
  if (row?.state === 'shipped') return refuseShipped(row)
  if (row === undefined || row.state === 'removed') {
    return refuse('serial-not-in-stock', 'serials', `The serial "${serial}" is not in stock.`)
  }
  return row.locationId === place.locationId ? { kind: 'here', row } : refuseElsewhere(row, place)
}

function refuseHeld(serial: string): Refusal {
  return refuse('serial-not-in-stock', 'serials', `The serial "${serial}" is held.`)
}

function refuseElsewhere(row: SerialRow, place: SerialPlace): Refusal {
  const where = place.codeOf(row.locationId)
  return refuse(
    'serial-elsewhere',
    'serials',
    `The serial "${row.serial}" is at "${where}", not at "${place.codeOf(place.locationId)}".`,
  )
}

function refuseShipped(row: SerialRow): Refusal {
  return refuse('serial-shipped', 'serials', `The serial "${row.serial}" has been shipped and is not back.`)
}
