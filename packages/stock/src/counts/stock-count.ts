import type { StockCountState } from '@plimsoll/database'
import { type Refusal, refuse } from '../errors.ts'

/**
 * A stock count: a sheet of lines that people fill in while selling goes on.
 *
 *   counting → approved → posted; an approved one that is counted again is counting
 *   counting, approved → cancelled
 *
 * Each figure is true for the moment of its counting, so what moved afterwards stays on top of it. A line that nobody
 * has counted posts nothing (I12). Plain JSON: it is also what each action answers.
 */
export type StockCount = {
  countId: string
  state: StockCountState
  locationCode: string
  scope: CountScope
  /** Whoever counts is not shown what the ledger says. */
  blind: boolean
  /** Whoever approves must have counted none of it. */
  separateApprover: boolean
  /** A difference beyond the larger of both must be counted again; null: not looked at. */
  toleranceUnits: number | null
  tolerancePercent: number | null
  reference: string | null
  startedBy: string
  startedAt: string
  approvedBy: string | null
  approvedAt: string | null
  postedAt: string | null
}

export type CountScope =
  | { kind: 'location' }
  | { kind: 'zones'; zones: string[] }
  | { kind: 'bins'; bins: string[] }
  | { kind: 'items'; skus: string[] }

/** A line of the sheet with what was counted in the round that is asked for. */
export type CountLine = {
  line: number
  sku: string
  /** Of an item that is tracked by lot: code of the lot that the line is of; null: what is there, or left, without one. */
  lot: string | null
  /** Where the hub does not know that lot yet: what is printed on it. It is made when the count is posted. */
  newLot: PrintedOnLot | null
  /** Where it is usually found. */
  zone: string | null
  bin: string | null
  round: number
  /** On hand when the sheet was made. */
  expected: number
  /** Null: not counted in this round. */
  counted: number | null
  counter: string | null
  countedAt: string | null
  /** On hand by the ledger at the moment of counting, all that is known of it by now; null: not counted. */
  ledger: number | null
  difference: number | null
  /** Of an item whose units are told apart by serial number; null for all others. */
  serials: CountSerials | null
}

/** Null: not told. */
export type PrintedOnLot = {
  expiresOn: string | null
  manufacturedOn: string | null
  supplierLot: string | null
}

/** Single units of a line; null: not counted in this round. */
export type CountSerials = {
  /** By the ledger when the sheet was made. */
  expected: string[]
  found: string[] | null
  /** There by the ledger at the moment of counting, and not found. */
  missing: string[] | null
  /** Found, and not there by the ledger. */
  unexpected: string[] | null
}

/** A change to zero of this many lines, and more than this share of them, needs a person's word (I8). */
const ZEROS_MIN = 5
const ZEROS_SHARE = 0.2

/** Whether a difference is large enough that the line must be counted again; a second count stands. */
export function needsRecount(count: StockCount, line: CountLine): boolean {
  const { toleranceUnits, tolerancePercent } = count
  const { difference, ledger, round } = line
  if (difference === null || round > 1) return false
  if (toleranceUnits === null && tolerancePercent === null) return false
  const share = Math.floor((Math.abs(ledger ?? 0) * (tolerancePercent ?? 0)) / 100)
  return varianceOf(line) > Math.max(toleranceUnits ?? 0, share)
}

/**
 * How many units are not as the ledger has them; 0 for a line that is not counted. One serial that is missing and
 * another that nobody expected are two, though they make no difference in number.
 */
export function varianceOf({ difference, serials }: CountLine): number {
  const named = (serials?.missing?.length ?? 0) + (serials?.unexpected?.length ?? 0)
  return Math.max(Math.abs(difference ?? 0), named)
}

/** Refuses to approve what is not finished, or by whom it may not be. */
export function findBadApproval(
  count: StockCount,
  lines: readonly CountLine[],
  counters: readonly string[],
  by: { approver: string; leavesUncounted: boolean; acceptsBeyond: boolean },
): Refusal | undefined {
  if (count.state !== 'counting') return refuseCountState(count, 'approved')
  if (count.separateApprover && counters.includes(by.approver)) {
    return refuse('count-same-person', 'approver', `${by.approver} has counted lines of this count.`)
  }
  const counted = lines.filter((line) => line.counted !== null)
  const uncounted = lines.filter((line) => line.counted === null)
  if (counted.length === 0) return refuse('count-unfinished', 'lines', 'Nothing has been counted yet.')
  if (uncounted.length > 0 && !by.leavesUncounted) {
    return refuse(
      'count-unfinished',
      'lines',
      `${uncounted.length} lines are not counted: ${named(uncounted)}.`,
    )
  }
  const beyond = counted.filter((line) => needsRecount(count, line))
  if (beyond.length > 0 && !by.acceptsBeyond) {
    return refuse(
      'count-beyond-tolerance',
      'lines',
      `${beyond.length} lines differ by more than the tolerance: ${named(beyond)}.`,
    )
  }
  return undefined
}

/** Refuses to post what was not approved, or takes many items to zero without anybody having said that it is so. */
export function findBadPosting(
  count: StockCount,
  lines: readonly CountLine[],
  confirmsZeros: boolean,
): Refusal | undefined {
  if (count.state !== 'approved') return refuseCountState(count, 'posted')
  const zeros = zerosOf(lines)
  const counted = new Set(lines.filter((line) => line.counted !== null).map(({ sku }) => sku))
  const isMany = zeros.length >= ZEROS_MIN && zeros.length > counted.size * ZEROS_SHARE
  if (!isMany || confirmsZeros) return undefined
  const units = zeros.reduce((sum, zero) => sum + zero.units, 0)
  return refuse(
    'count-zeros-unconfirmed',
    'confirmZeros',
    `${zeros.length} of ${counted.size} counted items would go to zero, ${units} units in all: ${firstOf(zeros.map(({ sku }) => sku))}.`,
  )
}

/** Items of which the ledger says that something is there, and of which nothing was found, in no lot. */
export function zerosOf(lines: readonly CountLine[]): { sku: string; units: number }[] {
  return [...Map.groupBy(lines, ({ sku }) => sku)].flatMap(([sku, ofItem]) => {
    const units = ofItem.reduce((sum, { ledger }) => sum + (ledger ?? 0), 0)
    const isLeft = ofItem.some(({ counted, expected }) => (counted ?? expected) > 0)
    const isCounted = ofItem.some(({ counted }) => counted !== null)
    return isCounted && !isLeft && units > 0 ? [{ sku, units }] : []
  })
}

/** What whoever counts may see: a blind count shows no figure but their own until it is approved. */
export function asSeenByCounters<Line extends CountLine>(count: StockCount, line: Line): Seen<Line> {
  if (!isHidden(count)) return line
  const serials = line.serials && { ...line.serials, expected: null, missing: null, unexpected: null }
  return { ...line, expected: null, ledger: null, difference: null, serials }
}
type Seen<Line> = Omit<Line, 'expected' | 'serials'> & {
  expected: number | null
  serials: (Omit<CountSerials, 'expected'> & { expected: string[] | null }) | null
}

/** Whether figures of the ledger are kept from whoever counts. */
export function isHidden({ blind, state }: StockCount): boolean {
  return blind && state === 'counting'
}

export function refuseCountState({ state }: StockCount, wanted: string): Refusal {
  return state === 'posted'
    ? refuse('count-already-posted', 'state', 'The stock count has been posted.')
    : refuse('document-state', 'state', `The stock count cannot be ${wanted}: it is ${state}.`)
}

function named(lines: readonly CountLine[]): string {
  return firstOf(lines.map(({ sku, lot }) => (lot === null ? sku : `${sku} of lot ${lot}`)))
}

/** The first few, for a person. */
function firstOf(names: readonly string[]): string {
  const shown = names.slice(0, 5)
  return names.length > shown.length
    ? `${shown.join(', ')} and ${names.length - shown.length} more`
    : shown.join(', ')
}
